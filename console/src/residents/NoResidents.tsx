import { Link } from 'wouter';
import { useMe } from '../api/queries.js';
import { EmptyState } from '../ui/EmptyState.js';

const EXAMPLE = `residents: { folder: ./our-agents }
agents:
  digest:
    resident: true
    # our-agents/digest/index.js
    code: digest
    # as whom it acts
    principal: denn
    subscribe:
      - topic: documents/*/chunks
        filter: { status: posted }
    every: 1h`;

/** Whose administrators see all residents. */
const SHARED_TENANT = 'default';

/** How to get one. */
export function NoResidents() {
  const tenant = useMe().data?.tenant_id ?? SHARED_TENANT;
  return (
    <EmptyState title={tenant === SHARED_TENANT ? 'No resident agents' : 'No resident agents in your tenant'}>
      <p>A resident lives as long as the server. Changes of documents, messages on channels and a timer wake it.</p>
      <p>
        Start with <code>--bundle weekly-reporter</code>, or declare one in the configuration:
      </p>
      <pre className="question-context resident-example">{EXAMPLE}</pre>
      <p>
        What its code looks like is in <code>docs/RESIDENTS.md</code>, every key in <code>docs/CONFIGURATION.md</code>.
      </p>
      <Link className="button" href="/agents">
        Go to your runs
      </Link>
    </EmptyState>
  );
}
