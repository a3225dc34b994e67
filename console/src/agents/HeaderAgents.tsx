import { Link } from 'wouter';
import { Icon } from '../ui/Icon.js';
import { useInterrupts } from './useRuns.js';

/** The way to the agents, and to their questions where there are some. */
export function HeaderAgents() {
  const { data: questions = [] } = useInterrupts();
  const count = questions.length;
  const label = count === 1 ? '1 question to you' : `${count} questions to you`;
  return (
    <nav className="header-agents" aria-label="Agents">
      {count > 0 && (
        <Link href="/questions" className="question-badge" data-testid="question-badge" aria-label={label} title={label}>
          <Icon name="question" />
          {count}
        </Link>
      )}
      <Link href="/agents" className="header-link" aria-label="Agents">
        <Icon name="agent" />
        <span className="header-link-name">Agents</span>
      </Link>
    </nav>
  );
}
