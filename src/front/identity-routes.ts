import { administers, LEGACY_TOKEN, SCOPES, type Principal } from '../identity/principal.js';
import type { Dispatcher } from '../operations/dispatcher.js';
import { TOKEN_DEF_TOOL } from '../operations/token/token-operations.js';
import { RESOURCE_METADATA, type Authenticator } from './authenticate.js';
import type { Exchange } from './exchange.js';
import { HttpError, refusalResponse } from './http-error.js';

type Handler = (exchange: Exchange) => void;

const SESSIONS = '/v1/_sessions';

/** Who you are, how to get in, and the console sessions that are open. */
export class IdentityRoutes {
  constructor(
    private readonly auth: Authenticator,
    private readonly dispatcher: Dispatcher,
  ) {}

  /** Handlers by pattern and method. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    [RESOURCE_METADATA]: { GET: (exchange) => this.metadata(exchange) },
    '/v1/_me': { GET: (exchange) => this.me(exchange) },
    [SESSIONS]: { GET: (exchange) => this.list(exchange) },
    [`${SESSIONS}/:id`]: { DELETE: (exchange) => this.revoke(exchange) },
    '/v1/_operatortokendef/names': { GET: (exchange) => this.tokenNames(exchange) },
  };

  /** Open to everybody (RFC 9728): bearers are handed out by the operator, there is no authorization server. */
  private metadata(exchange: Exchange): void {
    const resource = `${this.auth.originOf(exchange)}/`;
    exchange.json(200, JSON.stringify({ resource, bearer_methods_supported: ['header'], scopes_supported: SCOPES, resource_name: 'loomcycle' }));
  }

  private me(exchange: Exchange): void {
    const { tenant, subject, scopes, tokenId } = this.auth.require(exchange);
    const isAdmin = scopes.includes('substrate:admin');
    exchange.json(200, JSON.stringify({ tenant_id: tenant, subject, scopes, is_admin: isAdmin, legacy: tokenId === LEGACY_TOKEN }));
  }

  private list(exchange: Exchange): void {
    const principal = this.auth.require(exchange);
    const sessions = this.auth.sessions.list(mayEnd(principal)).map((each) => ({ ...each, current: each.id === principal.sessionId }));
    exchange.json(200, JSON.stringify({ sessions }));
  }

  /** @throws HttpError 404: what is not one's own looks like what is not there. */
  private revoke(exchange: Exchange): void {
    const principal = this.auth.require(exchange);
    const id = exchange.path.slice(SESSIONS.length + 1);
    const may = mayEnd(principal);
    if (!this.auth.endSession((each) => each.sessionId === id && may(each))) throw new HttpError(404, 'not_found', 'there is no such session');
    exchange.send(204, {});
  }

  private tokenNames(exchange: Exchange): void {
    const principal = this.auth.requireScope(exchange, 'substrate:admin');
    this.dispatcher.dispatch({ principal, transport: 'http', tool: TOKEN_DEF_TOOL, input: { op: 'names' } }, (outcome) => {
      if (outcome.ok) return exchange.json(200, outcome.json);
      const { status, body, headers } = refusalResponse(TOKEN_DEF_TOOL, outcome.refusal);
      exchange.json(status, body, headers);
    });
  }
}

/** Whose sessions somebody sees and ends: the own, and as an administrator those of the tenant. */
function mayEnd(principal: Principal): (other: Principal) => boolean {
  return (other) =>
    administers(principal, other.tenant) || (other.tenant === principal.tenant && other.subject === principal.subject);
}
