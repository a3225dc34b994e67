import type { Bearers } from './bearers.js';
import { LEGACY_TOKEN, type Principal, type ScopeName } from './principal.js';
import { hashToken } from './token-format.js';

/** What the store of minted tokens says of a hash. */
export interface Found {
  readonly token: {
    readonly def_id: string;
    readonly name: string;
    readonly tenant_id: string;
    readonly subject: string;
    readonly allowed_scopes: readonly ScopeName[];
    /** From when it is good no more, an RFC 3339 text. */
    readonly retired_at?: string;
  } | null;
  /** Whether an administrator of the runtime has a live token: the legacy token stands for nobody then. */
  readonly has_admin: boolean;
}

export interface CredentialOptions {
  readonly pepper: string;
  /** 0 keeps nothing. */
  readonly cacheMs: number;
  /** Rejects where the store cannot be read. */
  find(hash: string): Promise<Found>;
  /** Hears of each use of a minted token. */
  used(tokenId: string): void;
}

interface Resolved {
  readonly principal: Principal | undefined;
  /** Unix milliseconds from which the answer is no longer right. */
  readonly until: number;
}

/** How ids of minted tokens begin. */
const MINTED = 'def_';
const MAX_CACHED = 16_384;

/**
 * Resolves a bearer secret to its principal: minted tokens, then declared principals, then the legacy token.
 * Who is in no source is nobody, and nobody is let in while the store cannot be read.
 */
export class Credentials {
  private readonly cache = new Map<string, Resolved>();
  private readonly loading = new Map<string, Promise<Principal | undefined>>();
  private changes = 0;

  constructor(
    private bearers: Bearers,
    private readonly options: CredentialOptions,
  ) {}

  /** What is known of a secret without asking the store; undefined where nothing is. */
  peek(secret: string): { principal: Principal | undefined } | undefined {
    const hash = this.hashOf(secret);
    const known = this.cache.get(hash);
    if (!known) return undefined;
    if (known.until > Date.now()) {
      this.use(known.principal);
      return known;
    }
    this.cache.delete(hash);
    return undefined;
  }

  /** Asks the store. Rejects where it cannot be read. */
  async resolve(secret: string): Promise<Principal | undefined> {
    const hash = this.hashOf(secret);
    let loading = this.loading.get(hash);
    if (!loading) {
      loading = this.load(hash, secret);
      this.loading.set(hash, loading);
    }
    const principal = await loading;
    this.use(principal);
    return principal;
  }

  /** Other secrets of declared principals hold from now on. */
  replace(bearers: Bearers): void {
    this.bearers = bearers;
    this.flush();
  }

  /** Tokens have changed: nothing that was read before them counts. */
  flush(): void {
    this.changes += 1;
    this.cache.clear();
    this.loading.clear();
  }

  private async load(hash: string, secret: string): Promise<Principal | undefined> {
    const { changes } = this;
    try {
      const resolved = this.judge(await this.options.find(hash), secret);
      // What was read before a change may be wrong by now.
      if (changes === this.changes) this.keep(hash, resolved);
      return resolved.principal;
    } finally {
      if (changes === this.changes) this.loading.delete(hash);
    }
  }

  private keep(hash: string, resolved: Resolved): void {
    if (this.options.cacheMs === 0) return;
    if (this.cache.size >= MAX_CACHED) {
      const now = Date.now();
      for (const [key, { until }] of this.cache) if (until <= now) this.cache.delete(key);
    }
    if (this.cache.size < MAX_CACHED) this.cache.set(hash, resolved);
  }

  private judge({ token, has_admin: hasAdmin }: Found, secret: string): Resolved {
    const kept = Date.now() + this.options.cacheMs;
    if (token) {
      const end = token.retired_at === undefined ? Infinity : Date.parse(token.retired_at);
      if (end <= Date.now()) return { principal: undefined, until: kept };
      const { def_id: tokenId, name, tenant_id: tenant, subject, allowed_scopes: scopes } = token;
      const goodUntil = end === Infinity ? {} : { goodUntil: end };
      return { principal: { name, tenant, subject, scopes, tokenId, ...goodUntil }, until: Math.min(kept, end) };
    }
    const bearer = this.bearers.resolve(secret);
    return { principal: bearer?.tokenId === LEGACY_TOKEN && hasAdmin ? undefined : bearer, until: kept };
  }

  private use(principal: Principal | undefined): void {
    if (principal?.tokenId?.startsWith(MINTED)) this.options.used(principal.tokenId);
  }

  private hashOf(secret: string): string {
    return hashToken(this.options.pepper, secret);
  }
}
