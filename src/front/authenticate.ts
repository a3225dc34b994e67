import type { Credentials } from '../identity/credentials.js';
import { hasScope, type Principal, type ScopeName } from '../identity/principal.js';
import { SESSION_COOKIE, type Sessions } from '../identity/sessions.js';
import { log } from '../log.js';
import { networkOf, type Client } from '../identity/client-address.js';
import { HttpError } from './http-error.js';
import { scopeChallenge } from './refusal-answer.js';
import type { FailureBackoff } from './rate-limits.js';

/** What of a request tells who sends it. */
export interface RequestHead {
  readonly method: string;
  header(name: string): string | undefined;
  /** From where it comes. */
  client: Client;
  /** Who sends it, once that is known. */
  caller?: Caller;
  /** Keeps the request for an answer that comes later. */
  hold(): void;
}

/** Nobody, somebody, or nobody knows: then the failure says why. */
export interface Caller {
  readonly principal?: Principal | undefined;
  readonly byCookie?: boolean;
  readonly failure?: HttpError;
}

/** Where clients learn how to get in (RFC 9728). */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';

/** Tells who sends a request, by bearer or, without one, by console session. */
export class Authenticator {
  /** What is to be closed when a token or session ends, by its id. */
  private readonly followers = new Map<string, Set<() => void>>();

  constructor(
    private readonly credentials: Credentials,
    readonly sessions: Sessions,
    private readonly backoff: FailureBackoff,
    /** Origin by which clients reach the server, where the configuration says. */
    private readonly publicUrl?: string,
  ) {}

  /** Finds out who sends a request and keeps it in `caller`. @param then runs at once where nothing has to be read for that. */
  identify(request: RequestHead, then: () => void): void {
    const authorization = request.header('authorization');
    if (authorization !== undefined) {
      const [, secret] = /^bearer ([^\s]+)$/i.exec(authorization) ?? [];
      if (secret === undefined) request.caller = {};
      else return this.attempt(secret, request, (caller) => ((request.caller = caller), then()));
    } else {
      const secret = sessionSecretOf(request);
      request.caller = { principal: secret === undefined ? undefined : this.sessions.resolve(secret), byCookie: true };
    }
    then();
  }

  /** @throws HttpError 401 for who is nobody, 403 for a session used from another site, 429 and 503 where nobody knows. */
  require(request: RequestHead, stateChange = request.method !== 'GET' && request.method !== 'HEAD'): Principal {
    const principal = this.resolve(request, stateChange);
    if (principal) return principal;
    throw new HttpError(401, 'unauthorized', 'a valid bearer token or console session is needed', {
      'www-authenticate': `Bearer resource_metadata="${this.originOf(request)}${RESOURCE_METADATA}"`,
    });
  }

  /** As `require`, of somebody with a scope. @throws HttpError 403 that names the scope. */
  requireScope(request: RequestHead, scope: ScopeName, stateChange?: boolean): Principal {
    const principal = this.require(request, stateChange);
    if (hasScope(principal, scope)) return principal;
    throw missingScope(scope);
  }

  /** @throws HttpError 403 for a session used from another site, 429 and 503 where nobody knows. */
  resolve(request: RequestHead, stateChange: boolean): Principal | undefined {
    const { principal, byCookie, failure } = request.caller ?? {};
    if (failure) throw failure;
    // The cookie is sent by the browser, whoever asked it to: only our own pages may change anything.
    if (principal && byCookie && stateChange) requireSameOrigin(request);
    return principal;
  }

  /** Opens a console session for a bearer secret. @param then gets the secret of its cookie, undefined where nobody has this bearer. */
  logIn(token: string, request: RequestHead, then: (caller: Caller, secret: string | undefined) => void): void {
    this.attempt(token, request, (caller) => {
      const from = { address: request.client.address, userAgent: (request.header('user-agent') ?? '').slice(0, 256) };
      then(caller, caller.principal && this.sessions.open(caller.principal, from));
    });
  }

  logOut(request: RequestHead): void {
    const secret = sessionSecretOf(request);
    const id = secret === undefined ? undefined : this.sessions.resolve(secret)?.sessionId;
    if (id !== undefined) this.endSession((principal) => principal.sessionId === id);
  }

  /** @returns whether there was such a session. */
  endSession(which: (principal: Principal) => boolean): boolean {
    const ending = this.sessions.list(which);
    for (const { id } of ending) this.end(id);
    return this.sessions.close(which);
  }

  /** A token is good until `at` (unix milliseconds): then its sessions and connections end. */
  endToken(tokenId: string, at: number): void {
    this.sessions.endToken(tokenId, at);
    // Whoever comes later by this token knows its end.
    for (const close of [...(this.followers.get(tokenId) ?? [])]) callAt(at, close);
  }

  /**
   * A principal has other scopes under the same secret. Its sessions go on with them. Where it lost some, its
   * connections end: they may carry what it may read no more, and can be opened again.
   */
  replacePrincipal(principal: Principal, lost: boolean): void {
    this.sessions.replace(principal);
    if (lost && principal.tokenId !== undefined) this.end(principal.tokenId);
  }

  /** Calls `end` when what a connection was opened with ends. @returns what to call when the connection ended by itself. */
  follow({ tokenId, sessionId, goodUntil }: Principal, end: () => void): () => void {
    let open = true;
    const close = (): void => {
      if (open) end();
    };
    if (goodUntil !== undefined) callAt(goodUntil, close);
    const ids = [tokenId, sessionId].filter((id) => id !== undefined);
    for (const id of ids) this.followers.set(id, (this.followers.get(id) ?? new Set()).add(close));
    return () => {
      open = false;
      for (const id of ids) {
        const set = this.followers.get(id);
        set?.delete(close);
        if (set?.size === 0) this.followers.delete(id);
      }
    };
  }

  originOf(request: RequestHead): string {
    if (this.publicUrl !== undefined) return this.publicUrl;
    const host = request.header('host') ?? '';
    const scheme = request.client.secure ? 'https' : 'http';
    return /^[\w.:[\]-]+$/.test(host) ? `${scheme}://${host}` : '';
  }

  private end(id: string): void {
    for (const close of [...(this.followers.get(id) ?? [])]) close();
  }

  /** @param done must not throw. */
  private attempt(secret: string, request: RequestHead, done: (caller: Caller) => void): void {
    const known = this.credentials.peek(secret);
    if (known) return done(known);
    const address = networkOf(request.client.address);
    const wait = this.backoff.waitFor(address);
    if (wait > 0) return done({ failure: tooMany('too many wrong secrets came from your address', wait) });
    request.hold();
    void this.credentials
      .resolve(secret)
      .then(
        (principal): Caller => {
          if (!principal) this.backoff.failed(address);
          return { principal };
        },
        (error: unknown): Caller => {
          log('error', 'the store of tokens cannot be read: nobody is let in', { error: String(error) });
          return { failure: new HttpError(503, 'unavailable', 'who you are cannot be found out now: try again', { 'retry-after': '1' }) };
        },
      )
      .then(done);
  }
}

/** Longest delay that a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Calls at a time in unix milliseconds, at once where that is past. */
function callAt(at: number, then: () => void): void {
  const wait = at - Date.now();
  if (wait <= 0) then();
  else setTimeout(() => callAt(at, then), Math.min(wait, MAX_DELAY_MS)).unref();
}

export function missingScope(scope: ScopeName): HttpError {
  return new HttpError(403, 'forbidden', `needs the scope ${scope}: ask who gave you the bearer for one that has it`, scopeChallenge(scope), { scope });
}

/** @param wait seconds. */
export function tooMany(why: string, wait: number): HttpError {
  const seconds = Math.ceil(wait);
  return new HttpError(429, 'rate_limited', `${why}: try again in ${seconds} s`, { 'retry-after': String(seconds) });
}

/** @throws HttpError 403 where a page of another origin sends the request. */
export function requireSameOrigin(request: Pick<RequestHead, 'header'>): void {
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  // Every browser sends one of the two with a state change; what sends neither carries no stolen cookie.
  if (origin === undefined && site === undefined) return;
  const ownOrigin = origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.header('host'));
  if (ownOrigin && (site === undefined || site === 'same-origin')) return;
  throw new HttpError(403, 'cross_origin', `a page of ${origin ?? 'another site'} may not use this server`);
}

function sessionSecretOf(request: RequestHead): string | undefined {
  for (const part of (request.header('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === SESSION_COOKIE && value) return value;
  }
  return undefined;
}
