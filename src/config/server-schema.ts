import { z } from 'zod';
import { rangeOf } from '../identity/client-address.js';

/** Schema of a duration, as `schema.ts` has it: text to milliseconds. */
type Duration = z.ZodType<number, string>;

function isRange(text: string): boolean {
  try {
    rangeOf(text);
    return true;
  } catch {
    return false;
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}

/** How the server is reached, and how long a login lasts. */
export function serverSchema(duration: Duration) {
  return z
    .strictObject({
      trusted_proxies: z
        .array(z.string().refine(isRange, 'is neither an address nor a CIDR range'))
        .default([])
        .describe('Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed'),
      public_url: z
        .string()
        .refine(isOrigin, 'must be an origin, like https://loom.example')
        .optional()
        .describe('Origin by which clients reach the server; without it, what a request says'),
      session_idle: duration.default(12 * 3_600_000).describe('A console session ends when it was not used for so long'),
      session_lifetime: duration.default(7 * 24 * 3_600_000).describe('A console session ends so long after it began'),
    })
    .prefault({});
}

/** How much one may ask at once. */
export const rateLimitsSchema = z
  .strictObject({
    principal: rate('of one principal'),
    address: rate('from one address'),
    failed_logins: z.int().min(0).default(30).describe('Wrong secrets from one address before it has to wait; 0 for any number'),
  })
  .prefault({});

function rate(whose: string) {
  return z
    .strictObject({
      per_second: z.number().positive().default(100_000).describe(`Requests a second ${whose}`),
      burst: z.int().min(1).default(200_000).describe('How many may come at once'),
    })
    .prefault({});
}
