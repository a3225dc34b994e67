import { z } from 'zod';
import { DEFAULT_CONSUMER } from '../../channels/consumers.js';
import { encodeCursor, LEASE, MESSAGE_ID } from '../../channels/cursor.js';
import { seconds } from '../../channels/declaration.js';
import type { Message, Page, Reset } from '../../channels/messages.js';

export const MAX_CHANNELS = 32;
const MAX_PAGE = 100;
const DEFAULT_PAGE = 10;

export const channel = z.string().max(512).describe('Name of the channel, or a topic of documents such as documents/<id>/chunks');
export const target = {
  scope: z
    .enum(['global', 'user', 'agent', 'tenant'])
    .optional()
    .describe('That of the channel, where you want to be sure; for a topic of documents whose they are (default user)'),
  agent: z.string().min(1).max(128).optional().describe('For a channel of scope agent: whose'),
};
export const consumer = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,128}$/, 'letters, digits, _, ., : and -, 128 at most')
  .default(DEFAULT_CONSUMER)
  .describe('Who reads: each name has its own place in the channel');
export const cursorIn = z.string().max(128);
export const limit = z.int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE).describe(`Most messages of the answer, default ${DEFAULT_PAGE}, at most ${MAX_PAGE}`);
export const wait = z.int().min(0).optional().describe('Milliseconds to wait for a message where there is none');
export const lease = z.string().regex(LEASE, 'is not a lease_id');
export const messageIds = z.array(z.string().regex(MESSAGE_ID, 'is not a message id')).min(1).max(1000);
export const draft = {
  value: z.unknown().optional().describe('What to publish: any JSON'),
  payload: z.unknown().optional().describe('The same as value'),
  ttl: seconds.optional().describe('Seconds after which the message is gone'),
  deliver_at: z.iso.datetime({ offset: true }).optional().describe('RFC 3339: the message comes then; a past time means now'),
};

const time = z.iso.datetime();
export const cursorOut = z.string().regex(/^cur_/);
const messageOut = z.object({
  id: z.string(),
  seq: z.int(),
  value: z.unknown(),
  published_at: time,
  published_by: z.string(),
  deliveries: z.int().optional(),
});
const resetOut = z.object({ oldest_seq: z.int(), oldest_cursor: cursorOut }).optional();
export const batchOut = { messages: z.array(messageOut), next_cursor: cursorOut, reset: resetOut };
export const publishedOut = {
  message_id: z.string(),
  channel: z.string(),
  created_at: time,
  dropped_oldest: z.int(),
  visible_at: time.optional(),
};

/** A page as it goes out. */
export function batch(page: Pick<Page, 'messages' | 'upto'> & { lease?: string; reset?: Reset }): {
  messages: Message[];
  next_cursor: string;
  lease_id?: string;
  reset?: { oldest_seq: number; oldest_cursor: string };
} {
  const { messages, upto, lease, reset } = page;
  return {
    messages,
    next_cursor: encodeCursor(upto, messages.at(-1)?.id, lease),
    ...(lease === undefined ? {} : { lease_id: lease }),
    ...(reset === undefined ? {} : { reset: { ...reset, oldest_cursor: encodeCursor(reset.oldest_seq - 1) } }),
  };
}
