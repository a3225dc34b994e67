import type { ReactNode } from 'react';
import type { Resident } from '../api/residents.js';
import { Ago } from '../ui/Ago.js';
import { Ahead } from '../ui/Ahead.js';
import { inUnits } from '../ui/time.js';
import { behindOf, timerOf } from './wording.js';

/** As whom it acts, where it is, and when it was and will be awake. */
export function Facts({ resident }: { resident: Resident }) {
  const { principal, tenant, cursor, log_head: head, waiting_since: since, last_wake_at: wake, wakes, failures, retry } = resident;
  const timer = timerOf(resident);
  return (
    <dl className="facts">
      <Fact name="Acts as">
        {principal} <span className="muted">in the tenant {tenant}</span>
      </Fact>
      <Fact name="Place" testId="resident-place">
        {behindOf(resident)}
        {since !== null && (
          <>
            , {resident.waiting_events > 1 && 'the oldest '}from <Ago at={since} />
          </>
        )}{' '}
        <span className="muted">
          · cursor {cursor.toLocaleString()}, log at {head.toLocaleString()}
        </span>
      </Fact>
      <Fact name="Last wake" testId="resident-last-wake">
        {wake === null ? 'none since it was started' : <Ago at={Date.parse(wake)} />}
        {wakes > 0 && (
          <span className="muted">
            {' '}
            · {wakes.toLocaleString()} {wakes === 1 ? 'attempt' : 'attempts'} since it was started, {failures.toLocaleString()} failed
          </span>
        )}
      </Fact>
      <Fact name="Timer" testId="resident-timer">
        {timer ?? 'none'}
        {timer !== undefined && <NextTimer resident={resident} />}
      </Fact>
      <Fact name="At once">
        {resident.in_flight} of {resident.max_in_flight} <span className="muted">wakes · thread {resident.thread === 'own' ? 'of its own' : 'shared'}</span>
      </Fact>
      <Fact name="Retries">
        {retry.attempts === 1 ? 'none' : `${retry.attempts} attempts`}
        {retry.attempts > 1 && (
          <span className="muted">
            {' '}
            · after {inUnits(retry.first_ms)}, then twice as long each time, at most {inUnits(retry.longest_ms)}
          </span>
        )}
      </Fact>
    </dl>
  );
}

function NextTimer({ resident: { next_timer_at: next, paused } }: { resident: Resident }) {
  if (next === null) return null;
  const at = Date.parse(next);
  return (
    <span className="muted">
      {' '}
      · {paused && at <= Date.now() ? 'due once it is resumed' : <>next <Ahead at={at} /></>}
    </span>
  );
}

function Fact({ name, testId, children }: { name: string; testId?: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-testid={testId}>{children}</dd>
    </div>
  );
}
