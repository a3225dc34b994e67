import { z } from 'zod';
import { filterSchema } from '../../channels/filter.js';
import { seconds } from '../../channels/declaration.js';
import { webhookName } from '../../webhooks/declaration.js';
import { DISABLED, WEBHOOK_SCOPES } from '../../webhooks/definition.js';

export const name = webhookName.describe('Name of the webhook, one in its scope');
export const target = {
  scope: z
    .enum(WEBHOOK_SCOPES)
    .optional()
    .describe('Whose events: your own (user, the default), those of an agent that acts for you, of what your tenant shares, or of its global channels'),
  agent: z.string().min(1).max(128).optional().describe('With scope agent: its name'),
};
export const secretIn = z.string().max(200).optional().describe('whsec_ and base64 of 24 to 64 bytes; one is made where you send none');
export const grace = z
  .union([z.literal(0), seconds])
  .optional()
  .describe('Seconds that the secrets before it go on signing, default 24 hours; 0 stops them at once');
export const limit = z.int().min(1).max(200).default(50);
export const cursorIn = z.string().max(40).optional().describe('next_cursor of the answer before');
export const messageId = z.string().regex(/^msg_[0-9a-f]{32}$/, 'is not the id of a message');

const time = z.iso.datetime();
const seq = z.int();

export const webhookOut = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  topic: z.string(),
  filter: filterSchema.optional(),
  event_types: z.array(z.string()).optional(),
  headers: z.record(z.string(), z.string()).optional().describe('Names only'),
  description: z.string().optional(),
  max_in_flight: z.int(),
  source: z.enum(['yaml', 'runtime']),
  revision: z.int(),
  enabled: z.boolean(),
  disabled_reason: z.enum(DISABLED).optional(),
  disabled_at: time.optional(),
  failing_since: time.optional().describe('The first failure after the last success'),
  paused_until: time.optional().describe('The receiver asked to wait'),
  created_at: time,
  updated_at: time,
  secret_env: z.array(z.string()).optional(),
  secrets: z.array(z.object({ secret: z.string().describe('Masked'), since: time, until: time.optional() })),
  seq: seq.describe('Events up to here were taken from the log'),
  waiting: z.int().describe('Messages in the outbox'),
  dead: z.int().describe('Dead letters'),
});
export const withSecretOut = webhookOut.extend({ secret: z.string().describe('Shown this once') });

const attemptOut = {
  message_id: z.string(),
  seq: seq.describe('Of the event; 0 for a ping'),
  type: z.string(),
  attempt: z.int(),
  status: z.enum(['succeeded', 'failed']),
  at: time,
  duration_ms: z.int(),
  response_code: z.int().optional(),
  response: z.string().optional().describe('How the answer began'),
  error: z.string().optional(),
};
export const deliveryOut = z.object({ id: z.int(), ...attemptOut, next_attempt_at: time.optional() });
export const deadLetterOut = z.object({
  message_id: z.string(),
  seq,
  type: z.string(),
  attempts: z.int(),
  dead_at: time,
  body: z.unknown().describe('What was sent'),
});
export const replayedOut = z.object({
  replayed: z.int(),
  next_seq: seq.optional().describe('Where to go on'),
  reset: z.object({ oldest_seq: seq }).optional().describe('Something may be gone of the range: the oldest that is there'),
});
export const pingOut = z.object({
  message_id: z.string(),
  status: z.enum(['succeeded', 'failed', 'waiting']).describe('waiting: no answer yet, deliveries will tell'),
  response_code: z.int().optional(),
  response: z.string().optional(),
  error: z.string().optional(),
  duration_ms: z.int().optional(),
});
