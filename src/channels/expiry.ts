/** Whether a message with this `expires_at` has outlived its time, and waits to be taken away. @param now unix milliseconds. */
export function isPast(expiresAt: unknown, now: number): boolean {
  return typeof expiresAt === 'string' && Date.parse(expiresAt) <= now;
}
