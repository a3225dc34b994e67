import { z } from 'zod';
import { acknowledgeUpTo, consumersOf, placeOf, resetConsumer, take } from '../../channels/consumers.js';
import { givenChannel, givenChannels } from '../../channels/definition.js';
import { readAfter, statsOf } from '../../channels/messages.js';
import { publish } from '../../channels/publish.js';
import { purge } from '../../channels/purge.js';
import { acknowledge, claim, giveBack } from '../../channels/queue.js';
import { replay } from '../../channels/replay.js';
import type { Transaction } from '../../scope/transaction.js';
import { scopeOperation, type Operation } from '../operation.js';

/**
 * The runtime's own operations on the channels of a scope. The definitions come with the call as `given`,
 * from the directory of the main thread.
 */
export const CHANNEL_TOOL = '_channel';

const draft = { value: z.unknown(), ttl: z.number().optional(), deliver_at: z.number().optional() };
const consumer = z.string();
const held = {
  consumer,
  cursor: z.object({ seq: z.int(), lease: z.string().optional() }).optional(),
  lease: z.string().optional(),
  message_ids: z.array(z.string()).optional(),
};

function internal<Shape extends z.ZodRawShape>(
  op: string,
  summary: string,
  shape: Shape,
  run: (tx: Transaction, input: z.output<z.ZodObject<Shape & { op: z.ZodLiteral<string> }>>) => unknown,
  readOnly = false,
): Operation {
  return scopeOperation(CHANNEL_TOOL, 'channel:read', {
    op,
    summary,
    internal: true,
    readOnly,
    // The names tell calls with the same idempotency key apart; what counts is `given`.
    input: z.strictObject({ op: z.literal(op), channels: z.array(z.string()), ...shape }),
    output: z.unknown(),
    run: (tx, input) => run(tx, input as never),
  });
}

export const channelScopeOperations: readonly Operation[] = [
  internal('publish', 'Add a message to every given channel', draft, (tx, { value, ttl, deliver_at }) =>
    [...givenChannels(tx).values()].map((definition) => publish(tx, definition, { value, ttl, deliverAt: deliver_at })),
  ),
  internal(
    'read',
    'Read the messages after a place, or after that of a consumer',
    { after: z.int().optional(), consumer: consumer.optional(), limit: z.int() },
    (tx, { after, consumer: reader, limit }) => {
      const definition = givenChannel(tx);
      const place = after ?? (reader === undefined ? undefined : placeOf(tx.db, definition.name, reader));
      return readAfter(tx, definition, place ?? 0, place !== undefined && place > 0, limit);
    },
    true,
  ),
  internal('take', 'Read on for a consumer of a broadcast', { consumer, limit: z.int(), auto_ack: z.boolean() }, (tx, input) =>
    take(tx, givenChannel(tx), input.consumer, input.limit, input.auto_ack),
  ),
  internal('claim', 'Hand out messages of a queue', { consumer, limit: z.int(), timeout: z.number().optional(), auto_ack: z.boolean() }, (tx, input) => {
    const definition = givenChannel(tx);
    const claimed = claim(tx, definition, input.consumer, input.limit, input.timeout);
    if (input.auto_ack && claimed.lease !== undefined) acknowledge(tx, definition, input.consumer, { lease: claimed.lease });
    return claimed;
  }),
  internal('ack', 'Acknowledge messages', held, (tx, { consumer: reader, cursor, lease, message_ids: messageIds }) => {
    const definition = givenChannel(tx);
    if (definition.semantic === 'queue') return { acked: acknowledge(tx, definition, reader, { cursor, lease, messageIds }) };
    acknowledgeUpTo(tx, definition, reader, cursor!.seq);
    return {};
  }),
  internal('nack', 'Give messages of a queue back', { ...held, delay: z.number(), uncounted: z.boolean() }, (tx, input) => {
    const { consumer: reader, lease, message_ids: messageIds, delay, uncounted } = input;
    return giveBack(tx, givenChannel(tx), reader, { lease, messageIds }, delay, uncounted);
  }),
  internal('stats', 'Count the messages of the given channels', {}, (tx) => [...givenChannels(tx).keys()].map((name) => statsOf(tx, name)), true),
  internal('purge', 'Empty a channel', { consumers: z.boolean() }, (tx, { consumers }) =>
    [...givenChannels(tx).keys()].reduce((purged, name) => purged + purge(tx, name, consumers), 0),
  ),
  internal('replay', 'Send dead letters of a queue again', { message_ids: z.array(z.string()).optional(), limit: z.int() }, (tx, input) =>
    replay(tx, givenChannel(tx), input.message_ids, input.limit),
  ),
  internal('consumers', 'List the consumers of a channel', {}, (tx) => consumersOf(tx, givenChannel(tx)), true),
  internal('reset_consumer', 'Put a consumer at a place', { consumer, to: z.union([z.int(), z.enum(['oldest', 'newest'])]) }, (tx, input) =>
    resetConsumer(tx, givenChannel(tx), input.consumer, input.to),
  ),
];
