import { expect, test } from 'vitest';
import { Refusal } from '../../src/errors.js';
import { advanceCursor, cursorOf, requireWake } from '../../src/scope/cursors.js';
import { renewLease, setPaused, takeLease, type LeaseRequest } from '../../src/scope/leases.js';
import type { CursorAdvance } from '../../src/scope/messages.js';
import { DirectScope } from '../support/direct-scope.js';

// The lease of a consumer in a real scope file, at times that the test names.

const S = 1_000_000_000n;
const request = (holder: string, takeover = false): LeaseRequest => ({ consumer: 'resident:a', holder, ttlMs: 30_000, takeover, schedule: null, paused: false });
const wake = (token: number, from: number, seq: number): CursorAdvance => ({ consumer: 'resident:a', lease: { scope: 'here', token }, from, seq });

function reasonOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Refusal).reason;
  }
}

test('another process gets a lease when it has run out, and not before; renewing puts that off', () => {
  const { db } = new DirectScope();
  expect(takeLease(db, request('one'), 0n).token).toBe(1);
  expect(reasonOf(() => takeLease(db, request('two'), 29n * S))).toBe('lease_held');
  renewLease(db, 'resident:a', 1, 30_000, 29n * S);
  expect(reasonOf(() => takeLease(db, request('two'), 58n * S))).toBe('lease_held');
  expect(takeLease(db, request('two'), 59n * S).token).toBe(2);
});

test('a process that has just got hold of the data directory takes it at once, and the older token can do nothing more', () => {
  const { db } = new DirectScope();
  takeLease(db, request('one'), 0n);
  requireWake(db, wake(1, 0, 5));
  expect(takeLease(db, request('two', true), 1n).token).toBe(2);
  expect(reasonOf(() => requireWake(db, wake(1, 0, 5)))).toBe('lease_lost');
  requireWake(db, wake(2, 0, 5));
});

test('a renewal under an older token does nothing', () => {
  const { db } = new DirectScope();
  takeLease(db, request('one'), 0n);
  takeLease(db, request('two', true), 0n);
  renewLease(db, 'resident:a', 1, 3_600_000, 0n);
  expect(takeLease(db, request('three'), 31n * S).token).toBe(3);
});

test('the cursor moves from where the wake began or not at all', () => {
  const { db } = new DirectScope();
  takeLease(db, request('one'), 0n);
  advanceCursor(db, wake(1, 0, 5), 0n);
  expect(cursorOf(db, 'resident:a')).toBe(5);
  requireWake(db, wake(1, 0, 5));
  expect(reasonOf(() => requireWake(db, wake(1, 0, 7)))).toBe('lease_lost');
  advanceCursor(db, wake(1, 3, 9), 0n);
  expect(cursorOf(db, 'resident:a')).toBe(5);
});

test('events that are done past the cursor are known to who comes next, and forgotten when the cursor has passed them', () => {
  const { db } = new DirectScope();
  takeLease(db, request('one'), 0n);
  advanceCursor(db, { consumer: 'resident:a', lease: { scope: 'here', token: 1 }, seq: 8, done: [6, 8] }, 0n);
  expect(takeLease(db, request('one'), 0n)).toMatchObject({ seq: 0, done: [6, 8] });
  advanceCursor(db, wake(2, 0, 7), 0n);
  expect(takeLease(db, request('one'), 0n)).toMatchObject({ seq: 7, done: [8] });
});

test('what was said of pausing holds until the configuration says something else', () => {
  const { db } = new DirectScope();
  takeLease(db, request('one'), 0n);
  setPaused(db, 'resident:a', true, false);
  expect(takeLease(db, request('one'), 0n).paused).toBe(true);
  setPaused(db, 'resident:a', false, true);
  expect(takeLease(db, { ...request('one'), paused: true }, 0n).paused).toBe(false);
  expect(takeLease(db, { ...request('one'), paused: false }, 0n).paused).toBe(false);
  setPaused(db, 'resident:a', false, false);
  expect(takeLease(db, { ...request('one'), paused: true }, 0n).paused).toBe(true);
});
