import { z } from 'zod';
import { isKey, MAX_KEY } from '../../memory/keys.js';

export const key = z
  .string()
  .refine(isKey, `must have 1 to ${MAX_KEY} characters, none of them a control character`)
  .describe('Name of the entry');
export const prefix = z.string().max(MAX_KEY).optional().describe('Only keys that begin so, by case too');
export const ttl = z
  .int()
  .min(1)
  .max(100 * 366 * 86_400)
  .optional()
  .describe('Seconds until the entry expires');
export const ifRevision = z
  .int()
  .min(0)
  .optional()
  .describe('Write only if the entry is at this revision; 0: only if there is none');

const nanoseconds = z.number().describe('Unix nanoseconds');
export const expiresAt = nanoseconds.nullable();
export const revision = z.int().min(0).describe('0 where there is no entry');
export const entryOut = z.object({
  key: z.string(),
  value: z.unknown(),
  revision,
  expires_at: expiresAt,
  created_at: nanoseconds,
  updated_at: nanoseconds,
});
