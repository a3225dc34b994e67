import type { Identities } from './config/auth-env.js';
import type { Config } from './config/schema.js';
import { Refusal } from './errors.js';
import { Admission } from './front/admission.js';
import { Authenticator } from './front/authenticate.js';
import { FailureBackoff, TokenBuckets } from './front/rate-limits.js';
import { ClientAddresses } from './identity/client-address.js';
import { Credentials } from './identity/credentials.js';
import { LEGACY_TOKEN, type Principal } from './identity/principal.js';
import { secretChanges } from './identity/secret-changes.js';
import { Sessions } from './identity/sessions.js';
import { hashToken } from './identity/token-format.js';
import { log } from './log.js';
import { TokenService } from './operations/token/token-service.js';
import type { ScopeCall } from './scope/messages.js';

export interface AccessOptions {
  readonly config: Config;
  readonly identities: Identities;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  run(call: Omit<ScopeCall, 'id'>): Promise<unknown>;
}

const CACHE_SECONDS = 30;
const GRACE_SECONDS = 24 * 3600;

/** Who may come in: everything that tells so, joined. */
export class Access {
  readonly tokens: TokenService;
  readonly auth: Authenticator;
  readonly admission: Admission;
  private readonly pepper: string;
  private readonly credentials: Credentials;
  private identities: Identities;

  constructor(options: AccessOptions) {
    const { config, identities, dataDir, env, run } = options;
    const { server, rate_limits: limits } = config;
    this.pepper = env.LOOMCYCLE_OPERATOR_TOKEN_PEPPER ?? '';
    const { pepper } = this;
    this.identities = identities;
    this.tokens = new TokenService({
      dataDir,
      pepper,
      graceSeconds: seconds(env, 'LOOMCYCLE_OPERATOR_TOKEN_ROTATION_GRACE_SECONDS', GRACE_SECONDS) || GRACE_SECONDS,
      declared: () => this.identities.secrets.map(({ principal }) => principal),
      isDeclared: (secret) => this.identities.bearers.resolve(secret) !== undefined,
      run,
      changed: (ending, isAdmin) => {
        this.credentials.flush();
        for (const { tokenId, at } of ending) this.auth.endToken(tokenId, at);
        if (isAdmin) this.auth.endToken(LEGACY_TOKEN, Date.now());
      },
    });
    this.credentials = new Credentials(identities.bearers, {
      pepper,
      cacheMs: seconds(env, 'LOOMCYCLE_AUTH_CACHE_TTL_SECONDS', CACHE_SECONDS) * 1000,
      find: (hash) => this.tokens.find(hash),
      used: (tokenId) => this.tokens.used(tokenId),
    });
    const sessions = new Sessions({ idleMs: server.session_idle, lifetimeMs: server.session_lifetime });
    this.auth = new Authenticator(this.credentials, sessions, new FailureBackoff(limits.failed_logins), server.public_url);
    this.admission = new Admission(
      this.auth,
      new ClientAddresses(server.trusted_proxies),
      new TokenBuckets(limits.address),
      new TokenBuckets(limits.principal),
    );
  }

  /**
   * A minted token goes before a declared secret, so that one that is both would be two identities.
   * @throws naming the variable, where a secret is one.
   */
  async check({ secrets }: Pick<Identities, 'secrets'> = this.identities): Promise<void> {
    for (const { variable, secret } of secrets) {
      const twin = await this.findMinted(hashToken(this.pepper, secret));
      if (twin) throw new Error(`the secret in ${variable} is or was the minted token ${twin}: give it another`);
    }
  }

  /**
   * Other principals and secrets hold from now on. Connections and sessions of those that are gone or have
   * another secret end; all others go on.
   * @returns names of the principals whose secret is another one, or is there or gone under the same declaration.
   */
  replace(next: Identities): string[] {
    const before = this.identities;
    this.identities = next;
    // Nobody comes in by an old secret any more before the connections of the old one are ended.
    this.credentials.replace(next.bearers);
    const { ended, scoped } = secretChanges(before.secrets, next.secrets);
    for (const tokenId of ended) this.auth.endToken(tokenId, Date.now());
    for (const { principal, lost } of scoped) this.auth.replacePrincipal(principal, lost);
    const secretOf = ({ secrets }: Identities, name: string): string | undefined => secrets.find(({ principal }) => principal.name === name)?.secret;
    return [...next.principals.keys()].filter((name) => before.principals.has(name) && secretOf(before, name) !== secretOf(next, name));
  }

  /** A principal that was let in, as it is declared by now. */
  current(principal: Principal): Principal {
    const declared = this.identities.secrets.find((each) => each.principal.tokenId === principal.tokenId)?.principal;
    return declared ? { ...principal, scopes: declared.scopes } : principal;
  }

  /** A principal that was let in before, as it is by now; undefined where its bearer is no good any more. */
  async stillGood(principal: Principal): Promise<Principal | undefined> {
    const { tokenId } = principal;
    const declared = this.identities.secrets.find((each) => each.principal.tokenId === tokenId)?.principal;
    if (declared) return { ...principal, scopes: declared.scopes };
    if (tokenId === undefined) return principal;
    return (await this.tokens.isGood(principal.tenant, tokenId)) ? principal : undefined;
  }

  private async findMinted(hash: string): Promise<string | undefined> {
    try {
      return (await this.tokens.find(hash)).token?.def_id;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The server starts all the same, and lets nobody in: /healthz and the log tell.
      log('error', 'the store of tokens cannot be read', { error: error.message });
      return undefined;
    }
  }
}

/** @throws for what is no number of seconds. */
function seconds(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${name} must be a number of seconds, not ${JSON.stringify(text)}`);
}
