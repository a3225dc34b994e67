import { expect, test } from 'vitest';
import { Pushed } from '../../src/residents/pushed.js';

// What a resident may take from what was pushed to it, and when it has to ask the log.

const event = (seq: number, payload: Record<string, unknown> = {}) => ({ topic: 'documents/d/chunks', seq, ts: seq * 1e6, payload });
const text = (...events: ReturnType<typeof event>[]): string => events.map((each) => JSON.stringify(each)).join(',');

test('pushes that follow one another are one page, from the seq that is asked for', () => {
  const pushed = new Pushed();
  pushed.add({ events: text(event(5)), since: 3, upto: 5 }, 4);
  pushed.add({ events: text(event(8), event(9)), since: 3, upto: 9 }, 4);
  expect(pushed.hasAfter(8)).toBe(true);
  expect(pushed.take(5, 200, 0)).toEqual({ head: 9, upto: 9, events: [event(8), event(9)] });
  expect(pushed.hasAfter(9)).toBe(false);
  expect(pushed.take(9, 200, 0)).toBeUndefined();
});

test('the log is asked from before the first push, and after a gap', () => {
  const pushed = new Pushed();
  pushed.add({ events: text(event(5)), since: 3, upto: 5 }, 0);
  expect(pushed.take(2, 200, 0)).toBeUndefined();
  // The hub read 6 to 7 from the log: they were not pushed.
  pushed.add({ events: text(event(8)), since: 7, upto: 8 }, 5);
  expect(pushed.take(5, 200, 0)).toBeUndefined();
  expect(pushed.hasAfter(5)).toBe(true);
  expect(pushed.take(7, 200, 0)).toEqual({ head: 8, upto: 8, events: [event(8)] });
});

test('what was taken is not there again for a reader that goes back', () => {
  const pushed = new Pushed();
  pushed.add({ events: text(event(5)), since: 3, upto: 5 }, 4);
  expect(pushed.take(4, 200, 0)?.events).toHaveLength(1);
  pushed.add({ events: text(event(6)), since: 3, upto: 6 }, 5);
  expect(pushed.take(4, 200, 0)).toBeUndefined();
});

test('more than a page, or than is kept, comes from the log', () => {
  const many = new Pushed();
  many.add({ events: text(event(1), event(2), event(3)), since: 0, upto: 3 }, 0);
  expect(many.take(0, 2, 0)).toBeUndefined();
  expect(many.take(0, 200, 0)).toBeUndefined();
  const large = new Pushed();
  for (let seq = 1; seq <= 3; seq += 1) large.add({ events: text(event(seq, { body: 'x'.repeat(100_000) })), since: 0, upto: seq }, 0);
  expect(large.hasAfter(0)).toBe(true);
  expect(large.take(0, 200, 0)).toBeUndefined();
  large.add({ events: text(event(4)), since: 0, upto: 4 }, 3);
  expect(large.take(3, 200, 0)).toEqual({ head: 4, upto: 4, events: [event(4)] });
});

test('a message that expired while it waited is left out', () => {
  const pushed = new Pushed();
  pushed.add({ events: text(event(1, { expires_at: '2026-01-01T00:00:00Z' }), event(2)), since: 0, upto: 2 }, 0);
  expect(pushed.take(0, 200, Date.parse('2026-01-01T00:00:01Z'))).toEqual({ head: 2, upto: 2, events: [event(2)] });
});
