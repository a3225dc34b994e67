import { z } from 'zod';
import { filterSchema } from '../channels/filter.js';
import { topicPattern } from '../channels/pattern.js';

const MAX_HEADERS = 20;

/** Headers that say how a message is framed, or what it is signed with: they are ours. */
const OWN_HEADERS = /^(webhook-.*|content-.*|host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|user-agent)$/;

const headerName = z
  .string()
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'a header name in small letters')
  .refine((name) => !OWN_HEADERS.test(name), 'is a header that the runtime sets');
const headerValue = z.string().regex(/^[\x20-\x7e]{0,2048}$/, 'a header value has at most 2048 characters of printable ASCII');

export const webhookName = z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, 'letters, digits, _, . and -, 128 at most');

/** What one says of a webhook and may change later; its URL is judged by the rules of the configuration. */
export const changeable = z.strictObject({
  url: z.string().describe('Where to send: http or https'),
  topic: topicPattern.describe('Topic whose events are sent; * stands for one segment, ** at the end for the rest'),
  filter: filterSchema.optional().describe('What must hold of the payload, as in subscriptions: {"status":"drafted","revision":{"gt":1}}'),
  event_types: z
    .array(z.string().regex(/^[^\s*]{1,512}?(\.\*)?$/, 'a type like documents.update_chunk, or documents.*'))
    .min(1)
    .max(100)
    .optional()
    .describe('Only these types, for example documents.update_chunk or documents.*; all without it'),
  headers: z
    .record(headerName, headerValue)
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `at most ${MAX_HEADERS} headers`)
    .optional()
    .describe('Headers that every request carries; their values are not shown again'),
  description: z.string().max(2000).optional().describe('For people'),
  max_in_flight: z.int().min(1).max(32).optional().describe('Requests at the same time, default 1, which keeps the order of first attempts'),
});

export type Changeable = z.output<typeof changeable>;
