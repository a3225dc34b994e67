import type { Bearers } from '../identity/bearers.js';
import type { Principal } from '../identity/principal.js';
import { SESSION_COOKIE, type Sessions } from '../identity/sessions.js';
import { HttpError } from './http-error.js';

/** What of a request tells who sends it. */
export interface RequestHead {
  readonly method: string;
  header(name: string): string | undefined;
}

/** Resolves the principal of a request, by bearer or, without one, by console session. */
export class Authenticator {
  constructor(
    private readonly bearers: Bearers,
    readonly sessions: Sessions,
  ) {}

  /** @throws HttpError 401 for whatever does not resolve, 403 for a session used from another site. */
  require(request: RequestHead, stateChange = request.method !== 'GET' && request.method !== 'HEAD'): Principal {
    const principal = this.resolve(request, stateChange);
    if (principal) return principal;
    throw new HttpError(401, 'unauthorized', 'a valid bearer token or console session is needed', {
      'www-authenticate': 'Bearer',
    });
  }

  resolve(request: RequestHead, stateChange: boolean): Principal | undefined {
    const authorization = request.header('authorization');
    if (authorization !== undefined) {
      const [, secret] = /^bearer ([^\s]+)$/i.exec(authorization) ?? [];
      return secret === undefined ? undefined : this.bearers.resolve(secret);
    }
    const id = sessionIdOf(request);
    const principal = id === undefined ? undefined : this.sessions.resolve(id);
    // The cookie is sent by the browser, whoever asked it to: only our own pages may change anything.
    if (principal && stateChange) requireSameOrigin(request);
    return principal;
  }

  /** Opens a console session for a bearer secret. */
  logIn(secret: string): string | undefined {
    const principal = this.bearers.resolve(secret);
    return principal && this.sessions.open(principal);
  }

  logOut(request: RequestHead): void {
    const id = sessionIdOf(request);
    if (id !== undefined) this.sessions.close(id);
  }
}

/** @throws HttpError 403 where a page of another origin sends the request. */
export function requireSameOrigin(request: RequestHead): void {
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  // Every browser sends one of the two with a state change; what sends neither carries no stolen cookie.
  if (origin === undefined && site === undefined) return;
  const ownOrigin = origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.header('host'));
  if (ownOrigin && (site === undefined || site === 'same-origin')) return;
  throw new HttpError(403, 'cross_origin', `a page of ${origin ?? 'another site'} may not use this server`);
}

function sessionIdOf(request: RequestHead): string | undefined {
  for (const part of (request.header('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === SESSION_COOKIE && value) return value;
  }
  return undefined;
}
