import { hash, randomBytes } from 'node:crypto';
import type { Principal } from './principal.js';

export const SESSION_COOKIE = 'loomcycle_session';

const IDLE_MS = 12 * 60 * 60 * 1000;
const ABSOLUTE_MS = 7 * 24 * 60 * 60 * 1000;

interface Session {
  principal: Principal;
  createdAt: number;
  lastSeenAt: number;
}

/**
 * Console sessions: an opaque random id in a cookie stands for a principal. Only the id's digest is
 * kept, so that a dump of the memory holds no usable cookie. Sessions end with the process.
 */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly now: () => number = Date.now) {}

  /** @returns the id for the cookie. */
  open(principal: Principal): string {
    this.expire();
    const id = randomBytes(32).toString('base64url');
    const at = this.now();
    this.sessions.set(digestOf(id), { principal, createdAt: at, lastSeenAt: at });
    return id;
  }

  resolve(id: string): Principal | undefined {
    const key = digestOf(id);
    const session = this.sessions.get(key);
    if (!session) return undefined;
    const at = this.now();
    if (at - session.lastSeenAt > IDLE_MS || at - session.createdAt > ABSOLUTE_MS) {
      this.sessions.delete(key);
      return undefined;
    }
    session.lastSeenAt = at;
    return session.principal;
  }

  close(id: string): void {
    this.sessions.delete(digestOf(id));
  }

  private expire(): void {
    const at = this.now();
    for (const [key, session] of this.sessions) {
      if (at - session.lastSeenAt > IDLE_MS || at - session.createdAt > ABSOLUTE_MS) this.sessions.delete(key);
    }
  }
}

function digestOf(id: string): string {
  return hash('sha256', id, 'base64url');
}
