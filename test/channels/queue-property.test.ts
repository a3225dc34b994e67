import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deadLetterChannel } from '../../src/channels/definition.js';
import type { DeadLetter } from '../../src/channels/dead-letters.js';
import { Refusal } from '../../src/errors.js';
import { ChannelScope, declared } from '../support/channel-scope.js';

// Whatever two consumers with two readers each do, and whenever time passes: no message is lost, none is held
// by two readers at once, and none is acknowledged twice.

const LEASE_S = 10;
const QUEUE = declared('work', { visibility_timeout: LEASE_S, max_deliveries: 3 });

const reader = fc.record({ consumer: fc.constantFrom('a', 'b'), reader: fc.constantFrom(0, 1) });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('publish' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('defer' as const), ms: fc.integer({ min: 1, max: 15_000 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('subscribe' as const), by: reader, limit: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ack' as const), by: reader, how: fc.constantFrom('lease', 'cursor', 'one') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('nack' as const), by: reader, delay: fc.constantFrom(0, 5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 12_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
);

interface Batch {
  lease: string;
  ids: string[];
  upto: number;
  until: number;
}

test('any interleaving of publish, subscribe, ack, nack and expiry loses nothing and acknowledges nothing twice', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const scope = new ChannelScope();
      try {
        await play(scope, steps);
      } finally {
        scope.close();
      }
    }),
    { numRuns: 60 },
  );
});

async function play(scope: ChannelScope, steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]): Promise<void> {
  const published: string[] = [];
  const acked = { a: new Set<string>(), b: new Set<string>() };
  const batches = new Map<string, Batch>();
  const at = (by: { consumer: string; reader: number }): string => `${by.consumer}${by.reader}`;
  const others = (by: { consumer: 'a' | 'b'; reader: number }): string[] =>
    [batches.get(at({ ...by, reader: 1 - by.reader }))].flatMap((batch) => (batch && batch.until > scope.now ? batch.ids : []));
  const nack = (consumer: string, lease: string, delay: number) =>
    scope.run('_channel', 'nack', { consumer, lease, delay, uncounted: false }, [QUEUE]);

  const subscribe = async (by: { consumer: 'a' | 'b'; reader: number }, limit: number): Promise<void> => {
    const claimed = await scope.claim(QUEUE, by.consumer, limit);
    const ids = claimed.messages.map(({ id }) => id);
    for (const id of ids) {
      expect(acked[by.consumer].has(id)).toBe(false);
      expect(others(by)).not.toContain(id);
    }
    if (claimed.lease) batches.set(at(by), { lease: claimed.lease, ids, upto: claimed.upto, until: scope.now + LEASE_S * 1000 });
  };

  for (const each of steps) {
    await scope.ring();
    switch (each.do) {
      case 'publish':
        published.push((await scope.publish(QUEUE, published.length)).message_id);
        break;
      case 'defer':
        published.push((await scope.publish(QUEUE, published.length, { deliver_at: scope.now + each.ms })).message_id);
        break;
      case 'subscribe':
        await subscribe(each.by, each.limit);
        break;
      case 'wait':
        scope.now += each.ms;
        break;
      case 'crash':
        scope.reopen();
        break;
      case 'nack':
      case 'ack': {
        const batch = batches.get(at(each.by));
        if (!batch) break;
        const { consumer } = each.by;
        try {
          if (each.do === 'nack') await nack(consumer, batch.lease, each.delay);
          else {
            const ids = each.how === 'one' ? batch.ids.slice(0, 1) : batch.ids;
            const by = { lease: { lease: batch.lease }, cursor: { cursor: { seq: batch.upto, lease: batch.lease } }, one: { lease: batch.lease, message_ids: ids } };
            const { acked: count } = await scope.ack(QUEUE, { consumer, ...by[each.how as keyof typeof by] });
            if (count === 0) break;
            for (const id of ids) {
              // A message that was acknowledged by itself is not among the rest.
              if (each.how === 'one') expect(acked[consumer].has(id)).toBe(false);
              acked[consumer].add(id);
            }
          }
          if (each.do === 'nack' || each.how !== 'one') batches.delete(at(each.by));
        } catch (error) {
          // Its time was up, or it has done so already: then nothing happened.
          if (!(error instanceof Refusal) || !['channel_lease_lost', 'channel_cursor_regression'].includes(error.reason)) throw error;
        }
      }
    }
  }
  await settle(scope, acked);
  for (const consumer of ['a', 'b'] as const) {
    const dead = (await scope.peek(deadLetterChannel(QUEUE))).messages.map(({ value }) => (value as DeadLetter).message_id);
    expect(published.filter((id) => !acked[consumer].has(id) && !dead.includes(id))).toEqual([]);
  }
}

/** Both consumers read on until there is nothing more. */
async function settle(scope: ChannelScope, acked: Record<'a' | 'b', Set<string>>): Promise<void> {
  for (let idle = 0; idle < 4; idle += 1) {
    scope.now += 2 * LEASE_S * 1000;
    await scope.ring();
    for (const consumer of ['a', 'b'] as const) {
      const { messages, lease } = await scope.claim(QUEUE, consumer);
      for (const { id } of messages) {
        expect(acked[consumer].has(id)).toBe(false);
        acked[consumer].add(id);
      }
      if (!lease) continue;
      idle = 0;
      expect(await scope.ack(QUEUE, { consumer, lease })).toEqual({ acked: messages.length });
    }
  }
}
