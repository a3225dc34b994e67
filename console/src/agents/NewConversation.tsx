import { useState, type ReactNode } from 'react';
import { ApiError, messageOf } from '../api/client.js';
import type { AgentName } from '../api/runs.js';
import { EmptyState, LoadError, Skeleton } from '../ui/EmptyState.js';
import { notify } from '../ui/notices.js';
import { Composer } from './Composer.js';
import { useAgents, useTell, type InView } from './useRuns.js';

/** The one that knows its way around documents, where it is there. */
const FIRST = 'doc-manager';

interface NewConversationProps {
  inView?: InView | undefined;
  onRun: (runId: string) => void;
  before?: ReactNode;
  children?: ReactNode;
}

/** Which agent, and what it is to do. */
export function NewConversation({ inView, onRun, before, children }: NewConversationProps) {
  const agents = useAgents();
  const [chosen, setChosen] = useState<string>();
  const tell = useTell();
  const refused = agents.error instanceof ApiError && agents.error.status === 403;
  const known = agents.data ?? [];
  const agent = chosen ?? (known.find(({ name }) => name === FIRST) ?? known[0])?.name ?? '';
  const begin = async (prompt: string): Promise<void> => onRun(await tell({ prompt, agent, inView }));

  return (
    <section className="conversation" aria-label="New conversation">
      <header className="conversation-head">
        {before}
        <h2>Ask an agent</h2>
        <span className="spacer" />
        {children}
      </header>
      <div className="conversation-log">
        <div className="conversation-entries">
          {refused ? (
            <label className="field">
              <span className="field-label">Name of the agent</span>
              <input className="input" value={agent} onChange={(event) => setChosen(event.target.value)} />
            </label>
          ) : agents.error && !agents.data ? (
            <LoadError what="The agents" error={agents.error} retry={agents.refetch} />
          ) : !agents.data ? (
            <Skeleton rows={3} label="Loading the agents" />
          ) : known.length === 0 ? (
            <EmptyState title="There are no agents">
              <p>
                Start with <code>--bundle document-agent</code>, or declare agents in the configuration.
              </p>
            </EmptyState>
          ) : (
            <AgentChoice agents={known} chosen={agent} onChoose={setChosen} />
          )}
          {agent === FIRST && (
            <div className="suggestions">
              {(inView ? ['Outline this document', 'Show this document'] : ['List documents']).map((prompt) => (
                <Suggestion key={prompt} prompt={prompt} onChoose={begin} />
              ))}
            </div>
          )}
          {inView?.title !== undefined && (
            <p className="entry note">
              It is told that “{inView.title}” is open.
            </p>
          )}
        </div>
      </div>
      <Composer autoFocus placeholder={agent === '' ? 'Choose an agent first' : `What is ${agent} to do?`} waits={agent === '' ? 'Choose an agent first' : undefined} onSend={begin} />
    </section>
  );
}

/** What can be asked without a model, too. */
function Suggestion({ prompt, onChoose }: { prompt: string; onChoose: (prompt: string) => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const choose = async (): Promise<void> => {
    setBusy(true);
    try {
      await onChoose(prompt);
    } catch (error) {
      notify({ tone: 'error', text: messageOf(error) });
      setBusy(false);
    }
  };
  return (
    <button type="button" className="button small" disabled={busy} onClick={choose}>
      {prompt}
    </button>
  );
}

interface AgentChoiceProps {
  agents: readonly AgentName[];
  chosen: string;
  onChoose: (name: string) => void;
}

function AgentChoice({ agents, chosen, onChoose }: AgentChoiceProps) {
  const sorted = [...agents].sort((a, b) => Number(b.name === FIRST) - Number(a.name === FIRST));
  return (
    <fieldset className="agent-choice">
      <legend className="field-label">Agent</legend>
      {sorted.map(({ name, description }) => (
        <label key={name} className="agent-card" data-testid="agent-card" data-chosen={name === chosen}>
          <input type="radio" name="agent" checked={name === chosen} onChange={() => onChoose(name)} />
          <span className="agent-card-name">{name}</span>
          <span className="agent-card-description">{description}</span>
        </label>
      ))}
    </fieldset>
  );
}
