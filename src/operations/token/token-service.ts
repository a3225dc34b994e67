import { JsonLines } from '../../audit/json-lines.js';
import { Refusal } from '../../errors.js';
import type { Found } from '../../identity/credentials.js';
import { administers, SHARED_TENANT, type Principal, type ScopeName } from '../../identity/principal.js';
import { hashToken, mintToken, mintTokenId, suffixOf } from '../../identity/token-format.js';
import type { NewToken, TokenName, TokenRecord, TokenSelector } from '../../identity/tokens.js';
import { log } from '../../log.js';
import type { Author, ScopeCall } from '../../scope/messages.js';
import { TOKENS_KEY } from '../../scope/scope.js';
import type { ServiceCall } from '../operation.js';
import { TOKEN_TOOL } from './token-scope-operations.js';

export interface TokenServiceOptions {
  readonly dataDir: string;
  readonly pepper: string;
  /** How long a rotated token stays good where a call does not say. */
  readonly graceSeconds: number;
  /** Everyone who can log in by other means than a minted token. */
  declared(): readonly Principal[];
  /** Whether a secret is that of a declared principal or the legacy token. */
  isDeclared(secret: string): boolean;
  run(call: Omit<ScopeCall, 'id'>): Promise<unknown>;
  /** Runs after each change: what was known of tokens is stale, and the tokens of these ids end at these times (unix milliseconds). */
  changed(ending: readonly { tokenId: string; at: number }[], isAdmin: boolean): void;
}

export interface TokenRequest {
  name: string;
  tenant_id: string;
  subject?: string | undefined;
  scopes?: ScopeName[] | undefined;
  import_token?: string | undefined;
}

const RUNTIME: Author = { actor: '', agent: null, transport: 'runtime' };
const RECORD_USES_MS = 60_000;
const SHORT = 24;
export const KEEP_IT = 'this is the only time that the token is shown: keep it now';

/** Minted tokens as the main thread sees them: it makes and hashes them, the file of tokens keeps the hashes. */
export class TokenService {
  private readonly audit: JsonLines;
  /** When each token was last used, as far as the file does not know. Unix milliseconds. */
  private readonly uses = new Map<string, number>();
  private readonly ticker: NodeJS.Timeout;

  constructor(private readonly options: TokenServiceOptions) {
    this.audit = new JsonLines(options.dataDir, 'tokens');
    this.ticker = setInterval(() => void this.recordUses(), RECORD_USES_MS);
  }

  find(hash: string): Promise<Found> {
    return this.call<Found>('find', { hash });
  }

  used(tokenId: string): void {
    this.uses.set(tokenId, Date.now());
  }

  /** @throws Refusal `forbidden`, `token_name_in_use`, `token_in_use` */
  async create(call: ServiceCall, request: TokenRequest): Promise<TokenRecord & { token?: string; warning?: string }> {
    const { name, tenant_id, subject = `tok-${name}`, scopes = ['substrate:admin'], import_token: imported } = request;
    if (!administers(call.principal, tenant_id)) {
      throw new Refusal('forbidden', `you administer tenant ${call.principal.tenant}: tokens of ${tenant_id} are made by an administrator of ${SHARED_TENANT}`, {
        scope: 'substrate:admin',
      });
    }
    if (imported !== undefined && this.options.isDeclared(imported)) {
      throw new Refusal('token_in_use', 'this secret is that of a declared principal: choose another');
    }
    const plain = imported ?? mintToken();
    const token: NewToken = {
      ...this.stored(plain, imported !== undefined),
      name,
      tenant_id,
      subject,
      allowed_scopes: [...new Set(scopes)],
      imported: imported !== undefined,
    };
    const record = await this.call<TokenRecord>('create', { token }, call);
    this.changed(call, 'create', record, { scopes_after: record.allowed_scopes });
    if (imported === undefined) return { ...record, token: plain, warning: KEEP_IT };
    const isShort = imported.length < SHORT;
    return { ...record, ...(isShort ? { warning: `the secret is shorter than ${SHORT} characters: it may be guessed` } : {}) };
  }

  /** @throws Refusal `not_found`, `token_retired` */
  async rotate(call: ServiceCall, which: Omit<TokenSelector, 'tenant'>, grace = this.options.graceSeconds) {
    const plain = mintToken();
    const input = { ...this.within(call, which), next: this.stored(plain, false), grace_seconds: grace };
    const { token, prior } = await this.call<{ token: TokenRecord; prior: TokenRecord }>('rotate', input, call);
    this.changed(call, 'rotate', token, { scopes_before: prior.allowed_scopes, scopes_after: token.allowed_scopes }, [prior]);
    return { ...token, token: plain, warning: KEEP_IT, rotated_from: prior.def_id, prior_retires_at: prior.retired_at! };
  }

  /** @throws Refusal `not_found`, `token_retired`, `last_admin_token` */
  async retire(call: ServiceCall, which: Omit<TokenSelector, 'tenant'>): Promise<{ def_id: string; name: string; retired_at: string }> {
    const admins = this.options.declared().filter(({ scopes }) => scopes.includes('substrate:admin')).map(({ tenant }) => tenant);
    const others_administer = admins.includes(SHARED_TENANT) ? null : admins;
    const ended = await this.call<TokenRecord[]>('retire', { ...this.within(call, which), others_administer }, call);
    for (const each of ended) this.changed(call, 'retire', each, { scopes_before: each.allowed_scopes }, [each]);
    const { def_id, name, retired_at } = ended[0]!;
    return { def_id, name, retired_at: retired_at! };
  }

  /** @throws Refusal `not_found` */
  async get(call: ServiceCall, which: Omit<TokenSelector, 'tenant'>): Promise<TokenRecord> {
    await this.recordUses();
    return this.call<TokenRecord>('get', this.within(call, which));
  }

  /** Whether a token has not ended yet. Rejects where the file of tokens cannot be read. */
  async isGood(tenant: string, def_id: string): Promise<boolean> {
    try {
      const { retired_at } = await this.call<TokenRecord>('get', { def_id, tenant: tenant === SHARED_TENANT ? null : tenant });
      return !retired_at || Date.parse(retired_at) > Date.now();
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'not_found') return false;
      throw error;
    }
  }

  async list(call: ServiceCall, which: Omit<TokenSelector, 'tenant'>): Promise<TokenRecord[]> {
    await this.recordUses();
    return this.call<TokenRecord[]>('list', this.within(call, which));
  }

  names(call: Pick<ServiceCall, 'principal'>): Promise<TokenName[]> {
    return this.call<TokenName[]>('names', this.within(call, {}));
  }

  /** Writes down what is not yet, and ends. */
  async stop(): Promise<void> {
    clearInterval(this.ticker);
    await this.recordUses();
    this.audit.close();
  }

  private async recordUses(): Promise<void> {
    if (this.uses.size === 0) return;
    const uses = [...this.uses].map(([def_id, at]) => ({ def_id, at }));
    this.uses.clear();
    try {
      await this.call('use', { uses });
    } catch (error) {
      log('warn', 'the last use of tokens could not be recorded', { error: String(error) });
    }
  }

  private stored(token: string, imported: boolean): Pick<NewToken, 'def_id' | 'hash' | 'token_suffix'> {
    // Of a secret that somebody chose, nothing is shown: it may be short.
    return { def_id: mintTokenId(), hash: hashToken(this.options.pepper, token), token_suffix: imported ? '' : suffixOf(token) };
  }

  private within({ principal }: Pick<ServiceCall, 'principal'>, which: Omit<TokenSelector, 'tenant'>): TokenSelector {
    return { ...which, tenant: principal.tenant === SHARED_TENANT ? null : principal.tenant };
  }

  private changed(
    { principal, agent, transport }: ServiceCall,
    action: string,
    target: TokenRecord,
    scopes: { scopes_before?: ScopeName[]; scopes_after?: ScopeName[] },
    ending: readonly TokenRecord[] = [],
  ): void {
    this.audit.append({
      actor_tenant: principal.tenant,
      actor_subject: principal.subject,
      actor_agent: agent ?? null,
      transport,
      action: `token.${action}`,
      target_def_id: target.def_id,
      target_name: target.name,
      target_tenant: target.tenant_id,
      target_subject: target.subject,
      ...scopes,
    });
    const isAdmin = target.tenant_id === SHARED_TENANT && target.state === 'active' && target.allowed_scopes.includes('substrate:admin');
    this.options.changed(ending.map(({ def_id, retired_at }) => ({ tokenId: def_id, at: Date.parse(retired_at!) })), isAdmin);
  }

  private async call<Result>(op: string, input: object, by?: ServiceCall): Promise<Result> {
    const author = by ? { actor: by.principal.subject, agent: by.agent ?? null, transport: by.transport } : RUNTIME;
    const json = JSON.stringify({ op, ...input });
    return (await this.options.run({ key: TOKENS_KEY, tool: TOKEN_TOOL, op, input: json, author, cursor: null })) as Result;
  }
}
