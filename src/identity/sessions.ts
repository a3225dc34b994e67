import { hash, randomBytes } from 'node:crypto';
import type { Principal } from './principal.js';

export const SESSION_COOKIE = 'loomcycle_session';

export interface SessionLimits {
  /** A session ends when it was not used for so long, in milliseconds. */
  readonly idleMs: number;
  /** And so long after it began. */
  readonly lifetimeMs: number;
}

/** A session as its owner and administrators see it. Times are RFC 3339 texts. */
export interface SessionReport {
  id: string;
  tenant_id: string;
  subject: string;
  created_at: string;
  last_seen_at: string;
  /** When it ends at the latest. */
  expires_at: string;
  /** From where it was begun. */
  address: string;
  user_agent: string;
}

interface Session {
  /** Names the session, and is not its cookie. */
  readonly id: string;
  principal: Principal;
  readonly createdAt: number;
  readonly address: string;
  readonly userAgent: string;
  lastSeenAt: number;
  endsAt: number;
}

/**
 * Console sessions: an opaque random secret in a cookie stands for a principal. Only the secret's digest is
 * kept, so that a dump of the memory holds no usable cookie. Sessions end with the process.
 */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly limits: SessionLimits,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns the secret for the cookie. */
  open(principal: Principal, from: { address: string; userAgent: string }): string {
    this.expire();
    const secret = randomBytes(32).toString('base64url');
    const id = randomBytes(12).toString('base64url');
    const at = this.now();
    this.sessions.set(digestOf(secret), {
      id,
      principal: { ...principal, sessionId: id },
      createdAt: at,
      lastSeenAt: at,
      endsAt: Math.min(at + this.limits.lifetimeMs, principal.goodUntil ?? Infinity),
      ...from,
    });
    return secret;
  }

  resolve(secret: string): Principal | undefined {
    const key = digestOf(secret);
    const session = this.sessions.get(key);
    if (!session) return undefined;
    if (this.isOver(session)) {
      this.sessions.delete(key);
      return undefined;
    }
    session.lastSeenAt = this.now();
    return session.principal;
  }

  /** All that are open, the one used last first. */
  list(which: (principal: Principal) => boolean): SessionReport[] {
    this.expire();
    return [...this.sessions.values()]
      .filter(({ principal }) => which(principal))
      .sort((a, b) => b.lastSeenAt - a.lastSeenAt)
      .map(({ id, principal, createdAt, lastSeenAt, endsAt, address, userAgent }) => ({
        id,
        tenant_id: principal.tenant,
        subject: principal.subject,
        created_at: timeOf(createdAt),
        last_seen_at: timeOf(lastSeenAt),
        expires_at: timeOf(endsAt),
        address,
        user_agent: userAgent,
      }));
  }

  /** @returns whether there was such a session. */
  close(which: (principal: Principal) => boolean): boolean {
    const closing = [...this.sessions].filter(([, { principal }]) => which(principal));
    for (const [key] of closing) this.sessions.delete(key);
    return closing.length > 0;
  }

  /** The token behind sessions ends: so do they, then. */
  endToken(tokenId: string, at: number): void {
    for (const session of this.sessions.values()) {
      if (session.principal.tokenId === tokenId) session.endsAt = Math.min(session.endsAt, at);
    }
  }

  /** The principal behind sessions has other scopes now: so have they. */
  replace(principal: Principal): void {
    for (const session of this.sessions.values()) {
      if (session.principal.tokenId === principal.tokenId) session.principal = { ...principal, sessionId: session.id };
    }
  }

  private expire(): void {
    for (const [key, session] of this.sessions) if (this.isOver(session)) this.sessions.delete(key);
  }

  private isOver({ lastSeenAt, endsAt }: Session): boolean {
    const at = this.now();
    return at >= endsAt || at - lastSeenAt > this.limits.idleMs;
  }
}

function digestOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
