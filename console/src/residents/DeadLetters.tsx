import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../api/client.js';
import { keys } from '../api/queries.js';
import { redrive, type DeadLetter, type Resident } from '../api/residents.js';
import { Ago } from '../ui/Ago.js';
import { LoadError, Skeleton } from '../ui/EmptyState.js';
import { Icon } from '../ui/Icon.js';
import { notify } from '../ui/notices.js';
import { fromNanos } from '../ui/time.js';
import { useDeadLetters } from './useResidents.js';
import { REASONS } from './wording.js';

/** The wakes that were given up, each with its error and its events, and the way to try them again. */
export function DeadLetters({ resident }: { resident: Resident }) {
  const letters = useDeadLetters(resident);
  const tryAgain = useRedrive(resident);
  const { data, error } = letters;
  const shown = data?.pages.flatMap((page) => page.dead_letters) ?? [];
  return (
    <section className="resident-section" data-testid="dead-letters">
      <div className="resident-section-head">
        <h3>Dead letters</h3>
        {shown.length > 1 && (
          <button type="button" className="button small" disabled={tryAgain.busy || shown.every(isUnderWay)} onClick={() => tryAgain.run()}>
            Try all again
          </button>
        )}
      </div>
      {error && !data ? (
        <LoadError what="The dead letters" error={error} retry={letters.refetch} />
      ) : !data ? (
        <Skeleton rows={2} label="Loading the dead letters" />
      ) : (
        shown.map((letter) => <Letter key={letter.id} letter={letter} busy={tryAgain.busy} paused={resident.paused} onRetry={() => tryAgain.run([letter.id])} />)
      )}
      {letters.hasNextPage && (
        <button type="button" className="button small" disabled={letters.isFetching} onClick={() => void letters.fetchNextPage()}>
          Show more
        </button>
      )}
    </section>
  );
}

interface LetterProps {
  letter: DeadLetter;
  busy: boolean;
  paused: boolean;
  onRetry: () => Promise<void>;
}

function Letter({ letter, busy, paused, onRetry }: LetterProps) {
  const { reason, events, attempts, error, died_at: died } = letter;
  const count = events.length === 1 ? '1 event' : `${events.length} events`;
  return (
    <details className="tool-call" data-testid="dead-letter">
      <summary>
        <Icon name="chevron" className="tool-call-twisty" />
        <span className="tool-call-name">{events.length > 0 ? count : REASONS[reason]}</span>
        <span className="tool-call-gist">{error}</span>
        <span className="tool-call-state">
          {isUnderWay(letter) ? <span className="pill" data-tone="blue">{paused ? 'waits' : 'tried again'}</span> : <Ago at={fromNanos(died)} />}
        </span>
      </summary>
      <div className="tool-call-body">
        <p>{attempts === 1 ? 'Its one attempt failed:' : `All ${attempts} attempts failed, the last with:`}</p>
        <pre tabIndex={0}>{error}</pre>
        {events.length > 0 && (
          <>
            <p>It was woken for:</p>
            <pre tabIndex={0}>{JSON.stringify(events, null, 2)}</pre>
          </>
        )}
        <div>
          <button type="button" className="button small" disabled={busy || isUnderWay(letter)} onClick={onRetry}>
            Try again
          </button>
        </div>
      </div>
    </details>
  );
}

const isUnderWay = ({ redriven_at: at }: DeadLetter): boolean => at !== null;

function useRedrive({ name, paused }: Resident): { busy: boolean; run: (ids?: readonly number[]) => Promise<void> } {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const run = async (ids?: readonly number[]): Promise<void> => {
    setBusy(true);
    try {
      await redrive(name, ids);
      notify({ text: paused ? `${name} tries again once it is resumed` : `${name} tries again` });
      await Promise.all([keys.residents, keys.deadLetters(name)].map((queryKey) => client.invalidateQueries({ queryKey })));
    } catch (error) {
      notify({ tone: 'error', text: messageOf(error) });
    } finally {
      setBusy(false);
    }
  };
  return { busy, run };
}
