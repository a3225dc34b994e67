import { z } from 'zod';
import { rangeOf } from '../identity/client-address.js';
import { duration } from './duration.js';

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
export const serverSchema = z
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
    session_idle: duration.prefault('12h').describe('A console session ends when it was not used for so long'),
    session_lifetime: duration.prefault('7d').describe('A console session ends so long after it began'),
  })
  .prefault({});

/** How much one may ask at once. */
export const rateLimitsSchema = z
  .strictObject({
    principal: rate('of one principal').describe('`per_second` requests of one subject of a tenant (100000), of which `burst` (200000) may come at once'),
    address: rate('from one address').describe('The same from one address; of IPv6 from one /64'),
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
