import type { Resident } from '../api/residents.js';
import { stateOf } from './wording.js';

export function ResidentState({ resident }: { resident: Resident }) {
  const { text, tone } = stateOf(resident);
  const dead = resident.dead_letters;
  return (
    <>
      <span className="pill" data-tone={tone} data-testid="resident-state">
        {text}
      </span>
      {dead > 0 && (
        <span className="pill" data-tone="red" data-testid="resident-dead">
          {dead === 1 ? '1 dead letter' : `${dead.toLocaleString()} dead letters`}
        </span>
      )}
    </>
  );
}
