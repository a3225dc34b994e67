import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { DirectScope } from '../support/direct-scope.js';
import { advanceCursor } from '../../src/scope/cursors.js';
import { takeLease, type LeaseRequest } from '../../src/scope/leases.js';
import { timerClock, timerText } from '../../src/residents/timer.js';

const at = (text: string): number => Date.parse(text);

test('a cron pattern fires by the clock of its time zone, also when that is changed', () => {
  const clock = timerClock({ cron: '0 9 * * 1', timezone: 'Europe/Athens' });
  expect(new Date(clock.next(at('2026-10-19T07:00:00Z'))).toISOString()).toBe('2026-10-26T07:00:00.000Z');
  expect(new Date(clock.next(at('2026-10-12T06:00:00Z'))).toISOString()).toBe('2026-10-19T06:00:00.000Z');
});

test('what was missed is one', () => {
  const clock = timerClock({ every: 60_000 });
  expect(clock.fired(0, 605_000)).toBe(600_000);
  expect(clock.next(600_000)).toBe(660_000);
  const weekly = timerClock({ cron: '0 9 * * 1', timezone: 'UTC' });
  const now = at('2026-11-29T08:00:00Z');
  expect(weekly.next(weekly.fired(at('2026-10-01T00:00:00Z'), now))).toBe(at('2026-11-30T09:00:00Z'));
});

test('when it last fired is kept with the effect, and another timer begins to run anew', () => {
  const { db } = new DirectScope();
  const request: LeaseRequest = { consumer: 'resident:a', holder: 'one', ttlMs: 1000, takeover: false, schedule: timerText({ every: 5000 }), paused: false };
  expect(takeLease(db, request, 7_000_000n).fired_at).toBe(7);
  advanceCursor(db, { consumer: 'resident:a', seq: 0, lease: { scope: 'here', token: 1 }, fired_at: 12_000 }, 0n);
  expect(takeLease(db, request, 99_000_000_000n).fired_at).toBe(12_000);
  expect(takeLease(db, { ...request, schedule: timerText({ every: 6000 }) }, 99_000_000_000n).fired_at).toBe(99_000);
});

test.each([
  [{ cron: '0 9 * *' }, 'cron pattern'],
  [{ cron: '0 0 31 2 *' }, 'ever comes'],
  [{ cron: '0 9 * * 1', timezone: 'Mars/Base' }, 'no time zone'],
  [{ cron: '0 9 * * 1', every: '5m' }, 'keep one of them'],
  [{ max_in_flight: 0 }, 'Too small'],
])('the configuration refuses %j', (keys, why) => {
  const agent = { resident: true, code: 'reporter', principal: 'denn', subscribe: [{ topic: 'types' }], ...keys };
  const { error } = configSchema.safeParse({ agents: { reporter: agent } });
  expect(JSON.stringify(error!.issues)).toContain(why);
});
