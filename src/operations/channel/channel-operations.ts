import { z } from 'zod';
import type { ConsumerReport } from '../../channels/consumers.js';
import { decodeCursor, encodeCursor } from '../../channels/cursor.js';
import { MAX_REPLAYED } from '../../channels/replay.js';
import { serviceOperation, type Operation } from '../operation.js';
import { awaitMessages } from './await.js';
import { broadcast, publishTo, replayTo } from './publishing.js';
import { listChannels } from './listing.js';
import { acknowledge, giveBack, peek, subscribe } from './reading.js';
import * as shapes from './shapes.js';

const { channel, target, consumer } = shapes;
const READ = 'channel:read';
const PUBLISH = 'channel:publish';
const TOOL = 'channel';

function input<Shape extends z.ZodRawShape>(op: string, shape: Shape) {
  return z.strictObject({ op: z.literal(op), ...shape });
}

export const channelOperations: readonly Operation[] = [
  serviceOperation(TOOL, PUBLISH, {
    op: 'publish',
    summary: 'Publish a message to a channel, now or at a time',
    input: input('publish', { channel, ...target, ...shapes.draft }),
    output: z.object(shapes.publishedOut),
    run: async ({ channels }, call, { channel: name, ...rest }) => publishTo(channels, call, name, rest),
  }),
  serviceOperation(TOOL, READ, {
    op: 'subscribe',
    summary:
      'Get the next messages of a channel for a consumer, or wait for them. Acknowledge what you have dealt with: what is not acknowledged comes again',
    keyless: true,
    input: input('subscribe', {
      channel,
      ...target,
      consumer,
      from_cursor: shapes.cursorIn.optional().describe('Read from here instead: nothing is handed out, no place moves'),
      max_messages: shapes.limit,
      wait_ms: shapes.wait,
      auto_ack: z.boolean().default(false).describe('Acknowledge at once: what you then fail to deal with is lost'),
      visibility_timeout: shapes.draft.ttl.describe('Of a queue: seconds until these messages may go to another reader'),
    }),
    output: z.object({ channel: z.string(), ...shapes.batchOut, lease_id: z.string().optional() }),
    run: async ({ channels }, call, request) => subscribe(channels, call, request),
  }),
  serviceOperation(TOOL, READ, {
    op: 'ack',
    idempotent: true,
    summary: 'Acknowledge messages: by the next_cursor of their batch, its lease_id, or message_ids',
    input: input('ack', {
      channel,
      ...target,
      consumer,
      cursor: shapes.cursorIn.optional(),
      lease_id: shapes.lease.optional(),
      message_ids: shapes.messageIds.optional().describe('Only these; with lease_id, of that lease'),
    }),
    output: z.object({ ok: z.literal(true), acked: z.int().optional().describe('Of a queue: how many') }),
    run: async ({ channels }, call, request) => acknowledge(channels, call, request),
  }),
  serviceOperation(TOOL, READ, {
    op: 'nack',
    summary: 'Give messages of a queue back, so that they come again, or after too many deliveries go to the dead letters',
    input: input('nack', {
      channel,
      ...target,
      consumer,
      lease_id: shapes.lease.optional(),
      message_ids: shapes.messageIds.optional(),
      delay: z.number().min(0).max(86_400).default(0).describe('Seconds until they come again'),
    }),
    output: z.object({ ok: z.literal(true), returned: z.int(), dead: z.int() }),
    run: async ({ channels }, call, request) => giveBack(channels, call, request),
  }),
  serviceOperation(TOOL, READ, {
    op: 'peek',
    summary: 'Read messages of a channel without taking them: from a cursor, from the place of a consumer, or from the oldest',
    readOnly: true,
    input: input('peek', {
      channel,
      ...target,
      consumer: consumer.unwrap().optional(),
      from_cursor: shapes.cursorIn.optional(),
      max_messages: shapes.limit,
    }),
    output: z.object({ channel: z.string(), ...shapes.batchOut }),
    run: async ({ channels }, call, request) => peek(channels, call, request),
  }),
  serviceOperation(TOOL, READ, {
    op: 'list_channels',
    summary: 'List the declared channels and what you may do with each',
    readOnly: true,
    input: input('list_channels', { prefix: z.string().max(512).optional() }),
    output: z.object({
      publish: z.array(z.string()),
      subscribe: z.array(z.string()),
      channels: z.array(
        z.object({
          name: z.string(),
          scope: z.string(),
          semantic: z.enum(['queue', 'broadcast']),
          description: z.string().optional(),
          publisher: z.string(),
          default_ttl: z.number().optional(),
          max_messages: z.int().optional(),
          publish: z.boolean(),
          subscribe: z.boolean(),
        }),
      ),
    }),
    run: async ({ channels }, call, { prefix }) => listChannels(channels, call, prefix),
  }),
  serviceOperation(TOOL, READ, {
    op: 'await',
    summary: 'Wait until any or all of several channels have messages, or a number of them together; nothing is taken',
    readOnly: true,
    input: input('await', {
      channels: z.array(channel).min(1).max(shapes.MAX_CHANNELS),
      ...target,
      mode: z.enum(['any', 'all', 'at_least']).default('any'),
      n: z.int().min(1).max(1000).optional().describe('With at_least: how many messages, of all channels together'),
      consumer,
      from_cursors: z.record(z.string(), shapes.cursorIn).optional().describe('By channel; a channel without one begins at the place of the consumer'),
      from_cursor: shapes.cursorIn.optional().describe('The same for a single channel'),
      max_messages: shapes.limit,
      wait_ms: shapes.wait,
    }),
    output: z.object({
      satisfied: z.boolean(),
      timed_out: z.boolean(),
      mode: z.enum(['any', 'all', 'at_least']),
      fired: z.array(z.string()),
      results: z.record(z.string(), z.object(shapes.batchOut)),
      total_messages: z.int(),
    }),
    run: async ({ channels }, call, request) => awaitMessages(channels, call, request),
  }),
  serviceOperation(TOOL, PUBLISH, {
    op: 'broadcast',
    summary: 'Publish one message to several channels; all of one scope get it in one transaction',
    input: input('broadcast', { channels: z.array(channel).min(1).max(shapes.MAX_CHANNELS), ...target, ...shapes.draft }),
    output: z.object({
      published: z.int(),
      failed: z.int(),
      results: z.array(z.union([z.object(shapes.publishedOut), z.object({ channel: z.string(), error: z.string(), reason: z.string() })])),
    }),
    run: async ({ channels }, call, request) => broadcast(channels, call, request),
  }),
  serviceOperation(TOOL, PUBLISH, {
    op: 'replay',
    summary: 'Publish dead letters of a queue to it again: those named, or the oldest',
    input: input('replay', {
      channel: channel.describe('The dead letter channel, <queue>/dead'),
      ...target,
      message_ids: shapes.messageIds.max(MAX_REPLAYED).optional(),
      max_messages: z.int().min(1).max(MAX_REPLAYED).default(MAX_REPLAYED),
    }),
    output: z.object({ channel: z.string(), replayed: z.int() }),
    run: async ({ channels }, call, request) => replayTo(channels, call, request),
  }),
  serviceOperation(TOOL, READ, {
    op: 'consumers',
    summary: 'List who reads a channel, and how far each has come',
    readOnly: true,
    input: input('consumers', { channel, ...target }),
    output: z.object({
      channel: z.string(),
      consumers: z.array(
        z.object({
          consumer: z.string(),
          cursor: shapes.cursorOut,
          seq: z.int(),
          lag: z.int().describe('Messages that it has still to acknowledge'),
          in_flight: z.int().describe('Of them, those that were handed out'),
          updated_at: z.iso.datetime(),
        }),
      ),
    }),
    run: async ({ channels }, call, { channel: name, ...rest }) => {
      const place = await channels.locate(call, name, 'subscribe', rest);
      return { channel: name, consumers: await channels.run<ConsumerReport[]>(call, [place], 'consumers', {}) };
    },
  }),
  serviceOperation(TOOL, READ, {
    op: 'reset_consumer',
    summary: 'Put a consumer at a cursor, at the oldest or at the newest message; what it held counts as not handed out',
    input: input('reset_consumer', {
      channel,
      ...target,
      consumer,
      cursor: shapes.cursorIn.optional(),
      to: z.enum(['oldest', 'newest']).optional().describe('Instead of a cursor; default oldest'),
    }),
    output: z.object({ channel: z.string(), consumer: z.string(), cursor: shapes.cursorOut }),
    run: async ({ channels }, call, { channel: name, consumer: reader, cursor, to = 'oldest', ...rest }) => {
      const wanted = cursor === undefined ? to : decodeCursor(cursor).seq;
      const place = await channels.locate(call, name, 'subscribe', rest);
      const seq = await channels.run<number>(call, [place], 'reset_consumer', { consumer: reader, to: wanted });
      channels.wake(place);
      return { channel: name, consumer: reader, cursor: encodeCursor(seq) };
    },
  }),
];

