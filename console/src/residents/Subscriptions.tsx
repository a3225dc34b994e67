import type { Resident } from '../api/residents.js';
import { conditionsOf } from './wording.js';

/** What wakes it. */
export function Subscriptions({ resident: { subscribe } }: { resident: Resident }) {
  return (
    <section className="resident-section">
      <h3>Woken by</h3>
      <ul className="resident-topics" data-testid="resident-topics">
        {subscribe.map((each) => (
          <li key={JSON.stringify(each)}>
            <code>{each.topic}</code>
            {each.scope === 'agent' && <span className="muted">of its own scope</span>}
            {conditionsOf(each).map((condition) => (
              <span key={condition} className="resident-condition">
                {condition}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
