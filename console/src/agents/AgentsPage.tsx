import { Link, useLocation } from 'wouter';
import { Header } from '../app/Header.js';
import { useSeesResidents } from '../residents/useResidents.js';
import { Icon } from '../ui/Icon.js';
import { usePageTitle } from '../ui/usePageTitle.js';
import { Conversation } from './Conversation.js';
import { NewConversation } from './NewConversation.js';
import { RunList } from './RunList.js';

/** The runs of the user, and the conversation of one of them or a new one. */
export function AgentsPage({ runId, isNew = false }: { runId?: string; isNew?: boolean }) {
  const [, navigate] = useLocation();
  const seesResidents = useSeesResidents();
  usePageTitle('Agents');
  const open = (id: string): void => navigate(`/agents/runs/${id}`);
  const back = (
    <Link href="/agents" className="icon-button back" aria-label="Back to the runs">
      <Icon name="back" />
    </Link>
  );
  return (
    <>
      <Header section="agents" />
      <main className="agents" data-open={runId !== undefined || isNew}>
        <nav className="run-panel" aria-label="Your runs">
          <div className="run-panel-head">
            <h1>Your runs</h1>
            <Link href="/agents/new" className="button small">
              <Icon name="plus" /> New
            </Link>
          </div>
          {seesResidents && (
            <Link href="/agents/residents" className="panel-link">
              <Icon name="clock" /> Resident agents
              <span className="spacer" />
              <Icon name="chevron" />
            </Link>
          )}
          <RunList runId={runId} />
        </nav>
        {runId === undefined ? <NewConversation onRun={open} before={back} /> : <Conversation runId={runId} onRun={open} before={back} />}
      </main>
    </>
  );
}
