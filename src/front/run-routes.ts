import { toRefusalWire, type Reason, type RefusalWire } from '../errors.js';
import type { Principal, ScopeName } from '../identity/principal.js';
import type { Dispatcher } from '../operations/dispatcher.js';
import type { LiveRun } from '../operations/run/live-run.js';
import { RUN_TOOL } from '../operations/run/run-operations.js';
import type { RunService } from '../operations/run/run-service.js';
import { spawnInput, status as runStatus, type SpawnInput } from '../operations/run/shapes.js';
import { Refusal } from '../errors.js';
import type { Authenticator } from './authenticate.js';
import type { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';
import { refusalAnswer } from './refusal-answer.js';
import type { RunStreams } from './run-streams.js';
import { idempotencyKeyOf, parseObject } from './tool-routes.js';

type Handler = (exchange: Exchange) => void;
type Input = Record<string, unknown>;

/** Longest body of one run and of a batch (reference: tools 13.2, 13.3). */
const MAX_BODY = 1024 * 1024;
const MAX_BATCH = 8 * 1024 * 1024;

/** Statuses of the routes of runs, by reason (reference: wire 1.2); what is not here is 422. */
const STATUS: Partial<Record<Reason, number>> = {
  missing_field: 400,
  invalid_input: 400,
  forbidden: 403,
  not_found: 404,
  definition_retired: 404,
  run_ended: 404,
  session_busy: 409,
  agent_id_in_use: 409,
  interrupt_resolved: 409,
  busy: 409,
  idempotency_mismatch: 409,
  interrupt_expired: 410,
  backpressure: 429,
  quota_exhausted: 429,
  internal: 500,
  unavailable: 503,
};
/** Names of the original, where they are others. */
const CODE: Partial<Record<Reason, string>> = { missing_field: 'invalid_request', invalid_input: 'invalid_request', quota_exhausted: 'per_user_quota_exhausted' };

/** `/v1/runs…`, `/v1/sessions…`, `/v1/agents…`, `/v1/users/{id}/agents…`: runs over HTTP (reference: wire 1.2). */
export class RunRoutes {
  constructor(
    private readonly auth: Authenticator,
    private readonly dispatcher: Dispatcher,
    private readonly runs: RunService,
    private readonly streams: RunStreams,
  ) {}

  /** Handlers by pattern and method. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    '/v1/runs': { POST: (exchange) => this.start(exchange, (body) => body) },
    '/v1/runs:batch': { POST: (exchange) => this.body(exchange, MAX_BATCH, (body) => this.call(exchange, 'runs:create', { op: 'spawn_all', ...body })) },
    '/v1/runs/:run/stream': { GET: (exchange) => this.attach(exchange) },
    '/v1/runs/:run/input': { POST: (exchange) => this.body(exchange, MAX_BODY, (body) => this.call(exchange, 'runs:create', { op: 'input', run_id: part(exchange, 3), ...body })) },
    '/v1/runs/:run/compact': { POST: (exchange) => this.call(exchange, 'runs:create', { op: 'compact', run_id: part(exchange, 3) }) },
    '/v1/runs/:run/interrupts': { GET: (exchange) => this.call(exchange, 'runs:read', { op: 'interrupts', run_id: part(exchange, 3), ...statusOf(exchange, undefined) }) },
    '/v1/runs/:run/interrupts/:interrupt/resolve': { POST: (exchange) => this.resolve(exchange) },
    '/v1/sessions/:session/transcript': { GET: (exchange) => this.call(exchange, 'runs:read', { op: 'transcript', session_id: part(exchange, 3) }) },
    '/v1/sessions/:session/messages': { POST: (exchange) => this.start(exchange, (body) => ({ ...body, session_id: part(exchange, 3) })) },
    '/v1/agents/:agent': { GET: (exchange) => this.call(exchange, 'runs:read', { op: 'get', agent_id: part(exchange, 3) }) },
    '/v1/agents/:agent/cancel': { POST: (exchange) => this.body(exchange, MAX_BODY, (body) => this.call(exchange, 'runs:create', { op: 'cancel', agent_id: part(exchange, 3), ...body })) },
    '/v1/users/:user/agents': { GET: (exchange) => this.own(exchange, () => this.call(exchange, 'runs:read', { op: 'list', limit: 100, ...statusOf(exchange, 'running') }, (result) => ({ agents: result.runs }))) },
    '/v1/users/:user/agents/stream': { GET: (exchange) => this.own(exchange, (principal) => this.states(exchange, principal)) },
    '/v1/users/:user/interrupts': { GET: (exchange) => this.own(exchange, () => this.call(exchange, 'runs:read', { op: 'interrupts', ...statusOf(exchange, 'pending') })) },
  };

  /** Begins a run and streams it. What is wrong before the first frame is an answer of its own. */
  private start(exchange: Exchange, inputOf: (body: Input) => Input): void {
    const principal = this.auth.requireScope(exchange, 'runs:create');
    const key = idempotencyKeyOf(exchange);
    this.body(exchange, MAX_BODY, (body) => {
      settle(exchange, async () => {
        const input = parse(inputOf(body), principal);
        const live = await this.runs.begin({ principal, transport: 'http', idempotencyKey: key, whenGone: (then) => exchange.whenGone(then) }, input);
        this.follow(exchange, principal, live);
      });
    });
  }

  private follow(exchange: Exchange, principal: Principal, live: LiveRun): void {
    const { run_id, agent_id, session_id, parent_agent_id, request, first_seq } = live.row;
    const leave = live.watch();
    if (exchange.gone) return leave();
    const agent = { agent_id, run_id, session_id, parent_agent_id, parent_context: request.parent_context ?? null };
    const first: [string, object][] = [
      ['session', { type: 'session', text: session_id }],
      ['agent', agent],
    ];
    this.streams.run(exchange, principal, run_id, first_seq - 1, first, leave);
  }

  /** The events of a run again and on, from where the client was. */
  private attach(exchange: Exchange): void {
    const principal = this.auth.requireScope(exchange, 'runs:read', true);
    const run_id = part(exchange, 3);
    const asked = exchange.header('last-event-id') ?? new URLSearchParams(exchange.query).get('from_seq') ?? '0';
    if (!/^\d{1,15}$/.test(asked)) throw new HttpError(400, 'invalid_request', `from_seq and Last-Event-ID take the seq of an event, not ${JSON.stringify(asked)}`);
    settle(exchange, async () => {
      const row = await this.runs.row(principal, { run_id });
      const live = await this.runs.liveOf(principal, { run_id }).catch(() => undefined);
      const after = Math.max(Number(asked), row.first_seq - 1);
      const leave = live?.watch() ?? (() => undefined);
      if (exchange.gone) return leave();
      this.streams.run(exchange, principal, run_id, after, [['agent', { agent_id: row.agent_id, run_id, session_id: row.session_id }]], leave);
    });
  }

  private states(exchange: Exchange, principal: Principal): void {
    const query = new URLSearchParams(exchange.query);
    const statuses = (query.get('status') ?? '').split(',').filter((each) => each !== '');
    for (const each of statuses) if (!runStatus.safeParse(each).success) throw new HttpError(400, 'invalid_request', `status takes ${runStatus.options.join(', ')}, not ${JSON.stringify(each)}`);
    const agent = query.get('agent');
    const filter = { ...(statuses.length > 0 ? { status: { in: statuses } } : {}), ...(agent === null ? {} : { agent_name: agent }) };
    this.streams.states(exchange, principal, Object.keys(filter).length === 0 ? undefined : (filter as never), { user_id: principal.subject, filter_status: statuses, filter_agent: agent });
  }

  private resolve(exchange: Exchange): void {
    const principal = this.auth.requireScope(exchange, 'runs:create');
    const by = principal.sessionId === undefined ? 'api' : 'webui';
    this.body(exchange, MAX_BODY, (body) =>
      this.call(exchange, 'runs:create', { op: 'resolve', resolved_by: by, ...body, run_id: part(exchange, 3), interrupt_id: part(exchange, 5) }),
    );
  }

  /** The runs of a user are for that user. */
  private own(exchange: Exchange, then: (principal: Principal) => void): void {
    const principal = this.auth.requireScope(exchange, 'runs:read');
    const user = part(exchange, 3);
    if (user !== principal.subject) throw new HttpError(404, 'not_found', `no user ${JSON.stringify(user)} whose runs you may see`);
    then(principal);
  }

  /** Reads the body of whoever may begin runs: who may not learns nothing of what is wrong with it. */
  private body(exchange: Exchange, limit: number, then: (body: Input) => void): void {
    this.auth.requireScope(exchange, 'runs:create');
    const type = exchange.header('content-type');
    if (type !== undefined && type !== '' && !type.startsWith('application/json')) throw new HttpError(415, 'unsupported_media_type', `send JSON, not ${type}`);
    exchange.readBody(limit, (bytes) => exchange.guard(() => then(bytes.length === 0 ? {} : parseObject(bytes.toString('utf8')))));
  }

  private call(exchange: Exchange, scope: ScopeName, input: Input, view: (result: Input) => Input = (result) => result): void {
    const principal = this.auth.requireScope(exchange, scope);
    const idempotencyKey = idempotencyKeyOf(exchange);
    const whenGone = (then: () => void): void => exchange.whenGone(then);
    this.dispatcher.dispatch({ principal, transport: 'http', tool: RUN_TOOL, input, idempotencyKey, whenGone }, (outcome) => {
      if (!outcome.ok) return refuse(exchange, outcome.refusal);
      exchange.json(200, JSON.stringify(view(JSON.parse(outcome.json) as Input)));
    });
  }
}

/** @throws Refusal `invalid_input`, `forbidden` where another user or tenant is named */
function parse(body: Input, principal: Principal): SpawnInput {
  // The original takes them; here the bearer says who acts.
  const { tenant_id: tenant, user_id: user, web_search_filter: _filter, compaction: _compaction, ...rest } = body;
  if (user !== undefined && user !== principal.subject) throw new Refusal('forbidden', `you act as ${principal.subject}, and not as ${JSON.stringify(user)}`);
  if (tenant !== undefined && tenant !== principal.tenant && !(tenant === '' && principal.tenant === 'default')) throw new Refusal('forbidden', `you act in the tenant ${principal.tenant}`);
  const parsed = spawnInput.safeParse(rest);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new Refusal('invalid_input', issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '), { issues });
}

function statusOf(exchange: Exchange, usual: string | undefined): { status?: string } {
  const asked = new URLSearchParams(exchange.query).get('status') ?? usual;
  return asked === undefined || asked === 'all' ? {} : { status: asked };
}

function part(exchange: Exchange, index: number): string {
  return decodeURIComponent(exchange.path.split('/')[index] ?? '');
}

function settle(exchange: Exchange, work: () => Promise<void>): void {
  work().catch((error: unknown) => refuse(exchange, toRefusalWire(error)));
}

function refuse(exchange: Exchange, refusal: RefusalWire): void {
  const { status, body, headers } = refusalAnswer(refusal, { statuses: STATUS, code: (reason) => CODE[reason] ?? reason });
  exchange.json(status, body, headers);
}
