import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(16 * 128);
let at = pool.length;

/** A new id of a document or chunk: 16 random bytes as 32 lower-case hex characters. */
export function newId(): string {
  if (at === pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  at += 16;
  return pool.toString('hex', at - 16, at);
}
