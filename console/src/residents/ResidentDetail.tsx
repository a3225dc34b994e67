import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { messageOf } from '../api/client.js';
import { keys } from '../api/queries.js';
import { pauseResident, type Resident } from '../api/residents.js';
import { Ahead } from '../ui/Ahead.js';
import { notify } from '../ui/notices.js';
import { DeadLetters } from './DeadLetters.js';
import { Facts } from './Facts.js';
import { ResidentState } from './ResidentState.js';
import { Subscriptions } from './Subscriptions.js';

/** Everything that is known of one resident, and what can be done about it. */
export function ResidentDetail({ resident, before }: { resident: Resident; before: ReactNode }) {
  const { name, description, dead_letters: dead } = resident;
  return (
    <section className="conversation" aria-label={name} data-testid="resident">
      <header className="conversation-head resident-head">
        {before}
        <h2>{name}</h2>
        <ResidentState resident={resident} />
        <span className="spacer" />
        <PauseButton resident={resident} />
      </header>
      <div className="conversation-log" tabIndex={0} role="group" aria-label={`State of ${name}`}>
        <div className="conversation-entries resident">
          {description !== '' && <p>{description}</p>}
          <LastError resident={resident} />
          <LastCrash resident={resident} />
          <Facts resident={resident} />
          <Subscriptions resident={resident} />
          {dead > 0 && <DeadLetters resident={resident} />}
        </div>
      </div>
    </section>
  );
}

function PauseButton({ resident: { name, paused } }: { resident: Resident }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);

  const change = async (): Promise<void> => {
    setBusy(true);
    try {
      await pauseResident(name, !paused);
      notify({ text: paused ? `${name} goes on from where it was` : `${name} is paused; what comes meanwhile waits in the log` });
      await client.invalidateQueries({ queryKey: keys.residents });
    } catch (error) {
      notify({ tone: 'error', text: messageOf(error) });
    } finally {
      setBusy(false);
    }
  };

  return (
    <button type="button" className="button small" disabled={busy} onClick={change} data-testid="resident-pause">
      {paused ? 'Resume' : 'Pause'}
    </button>
  );
}

function LastError({ resident }: { resident: Resident }) {
  const { last_error: error, attempts, retry, next_attempt_at: next, state, paused } = resident;
  if (error === null) return null;
  return (
    <section className="resident-trouble" data-testid="resident-error" aria-label="Last error">
      <h3>{state === 'waiting' ? 'It cannot get at its log' : 'Last error'}</h3>
      <pre tabIndex={0}>{error}</pre>
      {(attempts > 0 || next !== null) && (
        <p data-testid="resident-retry">
          {attempts > 0 && `Attempt ${attempts} of ${retry.attempts} failed. `}
          {next !== null ? (
            <>
              Next attempt: <Ahead at={Date.parse(next)} />.
            </>
          ) : (
            paused && 'Next attempt: once it is resumed.'
          )}
        </p>
      )}
    </section>
  );
}

function LastCrash({ resident: { last_crash: crash, restarts } }: { resident: Resident }) {
  if (crash === null) return null;
  return (
    <section className="resident-trouble" data-testid="resident-crash" aria-label="Last crash">
      <h3>Last crash</h3>
      <pre tabIndex={0}>{crash}</pre>
      <p>{restarts === 1 ? 'It was started anew once; the log of the server has the whole.' : `It was started anew ${restarts} times; the log of the server has the whole.`}</p>
    </section>
  );
}
