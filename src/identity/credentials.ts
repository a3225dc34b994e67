import type { Bearers } from './bearers.js';
import type { ScopeName, Principal } from './principal.js';
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

const MAX_CACHED = 16_384;

/**
 * Resolves a bearer secret to its principal: minted tokens, then declared principals, then the legacy token.
 * Who is in no source is nobody, and nobody is let in while the store cannot be read.
 */
export class Credentials {
  private readonly cache = new Map<string, Resolved>();
  private readonly loading = new Map<string, Promise<Principal | undefined>>();

  constructor(
    private readonly bearers: Bearers,
    private readonly options: CredentialOptions,
  ) {}

  /** @returns a promise where the store has to be asked; it rejects where that fails. */
  resolve(secret: string): Principal | undefined | Promise<Principal | undefined> {
    const hash = hashToken(this.options.pepper, secret);
    const known = this.known(hash);
    if (!known) return this.load(hash, secret);
    return this.use(known.principal);
  }

  /** Whether `resolve` answers without asking the store. */
  isKnown(secret: string): boolean {
    return this.known(hashToken(this.options.pepper, secret)) !== undefined;
  }

  /** Minted tokens have changed: nothing that was read before them counts. */
  flush(): void {
    this.cache.clear();
    this.loading.clear();
  }

  private known(hash: string): Resolved | undefined {
    const known = this.cache.get(hash);
    if (!known || known.until > Date.now()) return known;
    this.cache.delete(hash);
    return undefined;
  }

  private load(hash: string, secret: string): Promise<Principal | undefined> {
    const underWay = this.loading.get(hash);
    if (underWay) return underWay;
    const loading = this.options
      .find(hash)
      .then((found) => {
        const resolved = this.judge(found, secret);
        // A change that came meanwhile has taken this read off the list.
        if (this.loading.get(hash) === loading) this.keep(hash, resolved);
        return this.use(resolved.principal);
      })
      .finally(() => {
        if (this.loading.get(hash) === loading) this.loading.delete(hash);
      });
    this.loading.set(hash, loading);
    return loading;
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
      return { principal: { name, tenant, subject, scopes, tokenId }, until: Math.min(kept, end) };
    }
    const bearer = this.bearers.resolve(secret);
    return { principal: bearer?.legacy && hasAdmin ? undefined : bearer, until: kept };
  }

  private use(principal: Principal | undefined): Principal | undefined {
    if (principal?.tokenId?.startsWith('def_')) this.options.used(principal.tokenId);
    return principal;
  }
}
