import { createHmac, randomBytes } from 'node:crypto';

// Secrets and signatures by the rules of Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes; HMAC-SHA256
// over `id.timestamp.body`.

const PREFIX = 'whsec_';
const NEW_BYTES = 32;
/** Secrets that may sign at the same time. */
const MAX_SECRETS = 5;

/** A secret of a webhook; `until` is when it stops signing, in unix milliseconds. */
export interface Secret {
  readonly secret: string;
  readonly since: number;
  readonly until?: number;
}

export function newSecret(): string {
  return `${PREFIX}${randomBytes(NEW_BYTES).toString('base64')}`;
}

export function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false;
  const encoded = text.slice(PREFIX.length);
  const key = Buffer.from(encoded, 'base64');
  return key.length >= 24 && key.length <= 64 && key.toString('base64') === encoded;
}

/** A secret as it may be shown again: enough to tell it from another. */
export function masked(secret: string): string {
  return `${PREFIX}…${secret.replace(/=+$/, '').slice(-4)}`;
}

export function signing(secrets: readonly Secret[], nowMs: number): Secret[] {
  return secrets.filter(({ until }) => until === undefined || until > nowMs);
}

/** Puts a secret before the others, which go on signing for the grace time; the oldest go where there are too many. */
export function rotated(secrets: readonly Secret[], secret: string, nowMs: number, graceMs: number): Secret[] {
  const kept = signing(secrets, nowMs).map((each) => ({ ...each, until: Math.min(each.until ?? Infinity, nowMs + graceMs) }));
  return [{ secret, since: nowMs }, ...signing(kept, nowMs)].slice(0, MAX_SECRETS);
}

/** The value of `webhook-signature`: a signature by each secret. @param timestamp in unix seconds. */
export function signature(id: string, timestamp: number, body: string, secrets: readonly string[]): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
