import { expect, test } from 'vitest';
import type { ResidentTask } from '../../src/residents/protocol.js';
import { ResidentRunner } from '../../src/residents/runner.js';

// The clock of the runner goes on by a millisecond with every look at it, so that what is to be tried again in one
// becomes due between the step that still waits for it and the wait itself.

const TASK: ResidentTask = {
  name: 'probe', module: '', scope: 'user', scopeKey: 'default/user/denn', select: [{ topic: 'documents/*/chunks' }], timer: undefined,
  maxInFlight: 1, key: 'document_id', retry: { attempts: 5, first: 1, longest: 1 }, paused: false, settings: {}, holder: 'test', attempts: {},
}; // prettier-ignore

// The pauses are such that one of them ends in each place where the clock is looked at.
test.each(Array.from({ length: 16 }, (_, at) => at + 1))('a retry due after %i looks at the clock is made, without news from anywhere', async (pause) => {
  let clock = 1_000_000;
  let tries = 0;
  const stop = new AbortController();
  const event = { topic: 'documents/d/chunks', seq: 1, ts: 1, payload: { document_id: 'd' } };
  const answers: Record<string, unknown> = {
    take: { token: 1, seq: 0, done: [], fired_at: 0, paused: false, dead_wakes: 0 },
    read: { head: 1, upto: 1, events: [event] },
    redriven: { dead_wakes: [] },
  };
  const done = new Promise<void>((resolve) => {
    const runner = new ResidentRunner({
      task: { ...TASK, retry: { attempts: 5, first: pause, longest: pause } },
      signal: stop.signal,
      now: () => new Date((clock += 1)),
      call: <Result>(_tool: string, { op }: Record<string, unknown>) => Promise.resolve((answers[op as string] ?? {}) as Result),
      report: () => undefined,
      began: () => undefined,
      ended: () => undefined,
      within: async (_cursor, work) => {
        try {
          await work();
          return { effect: 'none', error: undefined };
        } catch (error) {
          return { effect: 'none', error };
        }
      },
      resident: {
        wake: () => {
          tries += 1;
          if (tries < 3) return Promise.reject(new Error('not yet'));
          resolve();
          return Promise.resolve();
        },
      },
    } as ConstructorParameters<typeof ResidentRunner>[0]);
    void runner.run();
  });
  await done;
  stop.abort();
  expect(tries).toBe(3);
});
