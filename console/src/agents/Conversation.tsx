import { useEffect, useLayoutEffect, useMemo, useRef, type ReactNode } from 'react';
import { cancelRun, sendInput, type Run, type Transcript } from '../api/runs.js';
import { LoadError, Skeleton } from '../ui/EmptyState.js';
import { Composer } from './Composer.js';
import { Entries } from './Entries.js';
import { entriesOf, type Entry } from './entries.js';
import { QuestionCard } from './QuestionCard.js';
import { RunEnd, RunState } from './RunEnd.js';
import { watchOf } from './runWatch.js';
import { useInterrupts, useRun, useTell, useTranscript, useWatch, type InView } from './useRuns.js';

interface ConversationProps {
  runId: string;
  inView?: InView | undefined;
  /** A further run of the session began. */
  onRun: (runId: string) => void;
  /** Buttons at the left and right of its head. */
  before?: ReactNode;
  children?: ReactNode;
}

/** A session with an agent, from its first run to the newest, which is followed while it is under way. */
export function Conversation({ runId, inView, onRun, before, children }: ConversationProps) {
  const run = useRun(runId);
  const transcript = useTranscript(run.data?.session_id);
  const runs = useMemo(() => (transcript.data ? [...transcript.data.runs].reverse() : []), [transcript.data]);
  const newest = runs.at(-1);
  const failed = [run, transcript].find((query) => query.error && !query.data);

  return (
    <section className="conversation" aria-label="Conversation">
      <header className="conversation-head">
        {before}
        <h2>{run.data?.agent ?? '\u00a0'}</h2>
        {newest && <NewestState run={newest} transcript={transcript.data} />}
        <span className="spacer" />
        {children}
      </header>
      {failed?.error ? (
        <LoadError what="The conversation" error={failed.error} retry={failed.refetch} />
      ) : !transcript.data || !newest ? (
        <div className="conversation-log">
          <Skeleton rows={5} label="Loading the conversation" />
        </div>
      ) : (
        <>
          <Log key={transcript.data.session.id}>
            {runs.map((each) => (
              <RunPart key={each.run_id} run={each} transcript={transcript.data} />
            ))}
            <Questions runs={runs} />
          </Log>
          <Reply key={transcript.data.session.id} run={newest} transcript={transcript.data} inView={inView} onRun={onRun} />
        </>
      )}
    </section>
  );
}

function NewestState({ run, transcript }: { run: Run; transcript: Transcript | undefined }) {
  return <RunState run={run} watch={useWatch(run, transcript)} />;
}

/** Stays at its end as the agent writes, unless the reader went back. */
function Log({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);

  const toEnd = (): void => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(toEnd);
  useEffect(() => {
    if (!content.current) return;
    const observer = new ResizeObserver(toEnd);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, []);

  const onScroll = (): void => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    atEnd.current = scrollHeight - scrollTop - clientHeight < 40;
  };
  return (
    <div className="conversation-log" ref={box} onScroll={onScroll} role="log" aria-label="What was said" tabIndex={0}>
      <div className="conversation-entries" ref={content}>
        {children}
      </div>
    </div>
  );
}

/** One run: as it is followed, or as it was kept. */
function RunPart({ run, transcript }: { run: Run; transcript: Transcript }) {
  const watch = useWatch(run, transcript);
  const kept = useMemo(() => keptEntries(run, transcript), [run, transcript]);
  return (
    <div className="run-part" data-testid="run-part" data-status={watch?.status ?? run.status}>
      <Entries entries={watch?.entries ?? kept} />
      {watch?.link === 'reconnecting' && (
        <p className="entry note" role="status">
          The connection broke: reconnecting…
        </p>
      )}
      {watch?.problem !== undefined && (
        <p className="entry failure" role="alert">
          {watch.problem}
        </p>
      )}
      {watch?.status === 'running' && watch.link === 'open' && !watch.awaitsInput && run.awaited_state !== 'interrupted' && (
        <p className="working" role="status" aria-label="The agent is at work">
          <span />
          <span />
          <span />
        </p>
      )}
      <RunEnd run={run} watch={watch} />
    </div>
  );
}

function keptEntries(run: Run, transcript: Transcript): Entry[] {
  const entries = entriesOf(transcript.messages.filter((message) => message.run_id === run.run_id));
  return run.error === undefined ? entries : [...entries, { kind: run.status === 'cancelled' ? 'note' : 'error', text: run.error }];
}

/** What the runs of the session ask right now. */
function Questions({ runs }: { runs: readonly Run[] }) {
  const { data = [] } = useInterrupts();
  const asked = data.filter((question) => runs.some(({ run_id }) => run_id === question.run_id));
  return asked.map((question) => <QuestionCard key={question.interrupt_id} question={question} />);
}

interface ReplyProps extends Pick<ConversationProps, 'inView' | 'onRun'> {
  run: Run;
  transcript: Transcript;
}

function Reply({ run, transcript, inView, onRun }: ReplyProps) {
  const watch = useWatch(run, transcript);
  const tell = useTell();
  const isRunning = (watch?.status ?? run.status) === 'running';
  const awaitsInput = isRunning && run.interactive && (watch?.awaitsInput ?? false);

  const send = async (prompt: string): Promise<void> => {
    if (awaitsInput) await sendInput(run.run_id, prompt);
    else onRun(await tell({ prompt, agent: run.agent, session_id: run.session_id, inView }));
  };
  return (
    <Composer
      autoFocus={watchOf(run.run_id) !== undefined}
      placeholder={`Reply to ${run.agent}`}
      waits={isRunning && !awaitsInput ? `${run.agent} is at work` : undefined}
      onStop={isRunning ? async () => void (await cancelRun(run.agent_id)) : undefined}
      onSend={send}
    />
  );
}
