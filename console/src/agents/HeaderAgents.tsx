import { Link } from 'wouter';
import { Icon } from '../ui/Icon.js';
import { useInterrupts } from './useRuns.js';

/** The way to the agents, or from there to the documents, and to the questions of agents where there are some. */
export function HeaderAgents({ isThere }: { isThere: boolean }) {
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
      {isThere ? (
        <Link href="/paths?scope=user" className="header-link" aria-label="Documents" title="Documents">
          <Icon name="document" />
          <span className="header-link-name">Documents</span>
        </Link>
      ) : (
        <Link href="/agents" className="header-link" aria-label="Agents" title="Agents">
          <Icon name="agent" />
          <span className="header-link-name">Agents</span>
        </Link>
      )}
    </nav>
  );
}
