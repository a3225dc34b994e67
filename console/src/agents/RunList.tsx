import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Interrupt, Run } from '../api/runs.js';
import { Ago } from '../ui/Ago.js';
import { EmptyState, LoadError, Skeleton } from '../ui/EmptyState.js';
import { RunState } from './RunEnd.js';
import { useInterrupts, useRuns } from './useRuns.js';

/** The sessions of the user by their newest run. */
export function RunList({ runId }: { runId: string | undefined }) {
  const runs = useRuns();
  const { data: questions = [] } = useInterrupts();
  const sessions = useMemo(() => bySession(runs.data ?? []), [runs.data]);

  if (runs.error && !runs.data) return <LoadError what="Your runs" error={runs.error} retry={runs.refetch} />;
  if (!runs.data) return <Skeleton rows={6} label="Loading your runs" />;
  if (sessions.length === 0) {
    return (
      <EmptyState title="No runs yet">
        <p>What you ask an agent shows up here, and so does what agents do for you elsewhere.</p>
      </EmptyState>
    );
  }
  return (
    <ul className="run-list">
      {sessions.map((session) => (
        <li key={session[0].session_id}>
          <Row session={session} isOpen={session.some(({ run_id }) => run_id === runId)} question={questions.find(({ run_id }) => session.some((run) => run.run_id === run_id))} />
        </li>
      ))}
    </ul>
  );
}

type Session = [Run, ...Run[]];

function Row({ session, isOpen, question }: { session: Session; isOpen: boolean; question: Interrupt | undefined }) {
  const [newest] = session;
  return (
    <Link href={`/agents/runs/${newest.run_id}`} className="run-row" data-testid="run-row" data-run={newest.run_id} aria-current={isOpen ? 'page' : undefined}>
      <span className="run-row-line">
        <strong>{newest.agent}</strong>
        <RunState run={newest} />
        <span className="spacer" />
        <span className="run-row-when">
          <Ago at={Date.parse(newest.completed_at ?? newest.started_at)} />
        </span>
      </span>
      <span className="run-row-gist">
        {question?.question ?? newest.error ?? plain(newest.final_text) ?? (newest.status === 'running' ? 'At work' : 'No words')}
        {session.length > 1 && <span className="muted"> · {session.length} runs</span>}
      </span>
    </Link>
  );
}

function bySession(runs: readonly Run[]): Session[] {
  const sessions = new Map<string, Session>();
  for (const run of runs) {
    const session = sessions.get(run.session_id);
    if (session) session.push(run);
    else sessions.set(run.session_id, [run]);
  }
  return [...sessions.values()];
}

/** The beginning of a Markdown text, without its marks. */
function plain(markdown: string | undefined): string | undefined {
  const text = markdown?.slice(0, 400).replaceAll(/[#*_`>|]|-{2,}|^\s*- /gm, '').replaceAll(/\s+/g, ' ').trim();
  return text === '' ? undefined : text;
}
