import type { Reason } from '../errors.js';
import type { Principal } from '../identity/principal.js';
import type { Dispatcher, Outcome } from '../operations/dispatcher.js';
import { scopeExists, scopeIds } from '../scope/scope-files.js';
import type { Scope, ScopeKind } from '../scope/scope.js';
import type { Authenticator } from './authenticate.js';
import type { Exchange } from './exchange.js';
import { HttpError, refusalResponse } from './http-error.js';
import { MAX_TOOL_BODY, parseObject } from './tool-routes.js';

/** Scopes whose memory administrators look into. */
const SCOPES: Readonly<Record<string, string>> = {
  agent: 'Memory of an agent, by its name',
  user: 'Memory of a user, by the subject of its principal',
};
const PAGE = 200;
const MAX_PAGE = 1000;
const ROOT = '/v1/_memory';

type Handler = (exchange: Exchange) => void;
type Result = Record<string, unknown>;

/**
 * `/v1/_memory/…`: the memory of every user and agent of the own tenant, for administrators (reference: wire
 * 1.5). What they read and write goes through the ops of the tool `memory`.
 */
export class MemoryRoutes {
  constructor(
    private readonly auth: Authenticator,
    private readonly dispatcher: Dispatcher,
    private readonly dataDir: string,
  ) {}

  /** Handlers by pattern and method. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    [`${ROOT}/scopes`]: { GET: (exchange) => this.kinds(exchange) },
    [`${ROOT}/scopes/:scope`]: { GET: (exchange) => this.answer(exchange, (principal) => this.ids(exchange, principal)) },
    [`${ROOT}/scopes/:scope/:id/keys`]: { GET: (exchange) => this.answer(exchange, (principal) => this.keys(exchange, principal)) },
    [`${ROOT}/scopes/:scope/:id/keys/*`]: {
      GET: (exchange) => this.answer(exchange, (principal) => this.entry(exchange, principal)),
      PUT: (exchange) => this.put(exchange),
      DELETE: (exchange) => this.remove(exchange),
    },
    [`${ROOT}/embed_stats`]: { GET: (exchange) => this.noEmbeddings(exchange) },
    [`${ROOT}/reembed`]: { POST: (exchange) => this.noEmbeddings(exchange) },
  };

  private kinds(exchange: Exchange): void {
    this.admin(exchange);
    const scopes = Object.entries(SCOPES).map(([name, description]) => ({ name, description }));
    exchange.json(200, JSON.stringify({ scopes }));
  }

  private async ids(exchange: Exchange, principal: Principal): Promise<Result> {
    const { kind } = partsOf(exchange);
    const { limit, params } = pageOf(exchange);
    const after = params.get('cursor') ?? '';
    const ids = (await scopeIds(this.dataDir, principal.tenant, kind)).filter((id) => id > after);
    const page = ids.slice(0, limit);
    const scope_ids = [];
    for (const id of page) {
      const usage = await this.call(principal, { tenant: principal.tenant, kind, id }, '_memory', { op: 'usage' });
      const { entries, bytes, updated_at } = usage;
      if (entries !== 0) scope_ids.push({ scope_id: id, key_count: entries, bytes, updated_at });
    }
    const truncated = ids.length > limit;
    return { scope: kind, scope_ids, truncated, ...(truncated ? { next_cursor: page.at(-1) } : {}) };
  }

  private async keys(exchange: Exchange, principal: Principal): Promise<Result> {
    const { kind, id } = partsOf(exchange);
    const { limit, params } = pageOf(exchange);
    const optional = Object.fromEntries(['prefix', 'cursor'].flatMap((name) => (params.has(name) ? [[name, params.get(name)]] : [])));
    const scope: Scope = { tenant: principal.tenant, kind, id };
    const empty = { entries: [], truncated: false };
    const list = this.known(scope) ? await this.call(principal, scope, 'memory', { op: 'list', limit, ...optional }) : empty;
    return { scope: kind, scope_id: id, ...list };
  }

  private async entry(exchange: Exchange, principal: Principal): Promise<Result> {
    const { kind, id, key } = partsOf(exchange);
    const scope: Scope = { tenant: principal.tenant, kind, id };
    // The list has the times of an entry, and its first from the key on is the key's own.
    const { entries } = this.known(scope)
      ? ((await this.call(principal, scope, 'memory', { op: 'list', prefix: key, limit: 1 })) as { entries: { key: string }[] })
      : { entries: [] };
    if (entries[0]?.key !== key) throw new HttpError(404, 'not_found', `there is no key ${JSON.stringify(key)} in this memory`);
    return { scope: kind, scope_id: id, entry: entries[0] };
  }

  private put(exchange: Exchange): void {
    const principal = this.admin(exchange);
    const { kind, id, key } = partsOf(exchange);
    const embed = new URLSearchParams(exchange.query).get('embed') === 'true';
    exchange.readBody(MAX_TOOL_BODY, (body) => {
      const { value, ttl_seconds: ttl, if_revision, embed: embedValue = embed, ...rest } = bodyOf(body);
      const [unknown] = Object.keys(rest);
      if (unknown !== undefined) throw new HttpError(400, 'invalid_body', `the body takes value, ttl_seconds, if_revision and embed, not ${JSON.stringify(unknown)}`);
      const input = { op: 'set', key, value, ttl, if_revision, embed: embedValue };
      settle(exchange, async () => {
        const { revision } = await this.call(principal, { tenant: principal.tenant, kind, id }, 'memory', input);
        exchange.json(200, JSON.stringify({ scope: kind, scope_id: id, key, embedded: false, revision }));
      });
    });
  }

  private remove(exchange: Exchange): void {
    const principal = this.admin(exchange);
    const { kind, id, key } = partsOf(exchange);
    const scope: Scope = { tenant: principal.tenant, kind, id };
    settle(exchange, async () => {
      if (this.known(scope)) await this.call(principal, scope, 'memory', { op: 'delete', key });
      exchange.send(204, {});
    });
  }

  private noEmbeddings(exchange: Exchange): void {
    this.admin(exchange);
    throw new HttpError(501, 'capability_unsupported', 'there are no embeddings here: the search of memory finds words');
  }

  private answer(exchange: Exchange, work: (principal: Principal) => Promise<Result>): void {
    const principal = this.admin(exchange);
    settle(exchange, async () => exchange.json(200, JSON.stringify(await work(principal))));
  }

  /** A look at a memory that is not there does not make one. */
  private known(scope: Scope): boolean {
    return scopeExists(this.dataDir, scope);
  }

  /** @throws HttpError 401, 403 */
  private admin(exchange: Exchange): Principal {
    return this.auth.requireScope(exchange, 'substrate:admin');
  }

  private call(principal: Principal, storage: Scope, tool: string, input: Record<string, unknown>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.dispatcher.dispatch({ principal, transport: 'http', tool, input, storage }, (outcome) => {
        if (outcome.ok) resolve(JSON.parse(outcome.json) as Result);
        else reject(errorOf(outcome));
      });
    });
  }
}

/** Statuses and codes of the reference, where they are not those of the tool. */
const ERRORS: Readonly<Partial<Record<Reason, readonly [number, string]>>> = {
  memory_value_too_large: [413, 'memory_value_too_large'],
  memory_quota_exceeded: [413, 'memory_quota_exceeded'],
  revision_conflict: [409, 'revision_conflict'],
  missing_field: [400, 'missing_value'],
  invalid_input: [400, 'invalid_value'],
  capability_unsupported: [501, 'capability_unsupported'],
};

function errorOf({ refusal }: Extract<Outcome, { ok: false }>): HttpError {
  const { reason, error, data } = refusal;
  const usual = refusalResponse('memory', refusal);
  const [status, code] = ERRORS[reason] ?? [usual.status, reason];
  return new HttpError(status, code, error, usual.headers, data);
}

/** @throws HttpError 400 */
function bodyOf(body: Buffer): Record<string, unknown> {
  try {
    return parseObject(body.toString('utf8'));
  } catch (error) {
    throw new HttpError(400, 'invalid_body', (error as Error).message);
  }
}

function settle(exchange: Exchange, work: () => Promise<void>): void {
  work().catch((error: unknown) => exchange.fail(error));
}

/** The parts of `/v1/_memory/scopes/<scope>/<id>/keys/<key>`. @throws HttpError 400 */
function partsOf({ path }: Exchange): { kind: ScopeKind; id: string; key: string } {
  const parts = path.slice(`${ROOT}/scopes/`.length).split('/');
  const kind = parts[0];
  const id = decoded(parts[1] ?? '');
  const key = decoded(parts.slice(3).join('/'));
  if (kind !== 'user' && kind !== 'agent') throw new HttpError(400, 'invalid_scope', 'the scope must be user or agent');
  if (parts.length > 3 && key === '') throw new HttpError(400, 'missing_path', 'the key is empty');
  return { kind, id, key };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HttpError(400, 'bad_request', `${JSON.stringify(text)} is not a percent-encoded text`);
  }
}

/** @throws HttpError 400 */
function pageOf({ query }: Exchange): { limit: number; params: URLSearchParams } {
  const params = new URLSearchParams(query);
  const limit = Number(params.get('limit') ?? PAGE);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE) return { limit, params };
  throw new HttpError(400, 'bad_request', `limit must be a whole number from 1 to ${MAX_PAGE}`);
}
