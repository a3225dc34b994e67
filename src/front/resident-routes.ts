import { z } from 'zod';
import { toRefusalWire } from '../errors.js';
import { administers, SHARED_TENANT, type Principal } from '../identity/principal.js';
import { log } from '../log.js';
import type { RunningResident } from '../residents/running.js';
import type { ResidentSupervisor } from '../residents/supervisor.js';
import { missingScope, type Authenticator } from './authenticate.js';
import type { Exchange } from './exchange.js';
import { HttpError, refusalResponse } from './http-error.js';
import { parseObject } from './tool-routes.js';

const ROOT = '/v1/_residents';
const MAX_BODY = 64 * 1024;
const PAGE = 50;
const MAX_PAGE = 200;

export const redriveBody = z.strictObject({ ids: z.array(z.int().min(1)).min(1).max(1000).optional() });

type Handler = (exchange: Exchange) => void;
type Work = (resident: RunningResident, exchange: Exchange) => Promise<object>;

/**
 * `/v1/_residents…` and `/metrics`, for administrators: those of the shared tenant see every resident agent,
 * others those that act for somebody of their tenant.
 */
export class ResidentRoutes {
  constructor(
    private readonly auth: Authenticator,
    private readonly residents: ResidentSupervisor,
  ) {}

  /** Handlers by pattern and method. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    [ROOT]: { GET: (exchange) => this.list(exchange) },
    [`${ROOT}/:name/pause`]: { POST: (exchange) => this.change(exchange, z.strictObject({}), (resident) => this.pause(resident, true)) },
    [`${ROOT}/:name/resume`]: { POST: (exchange) => this.change(exchange, z.strictObject({}), (resident) => this.pause(resident, false)) },
    [`${ROOT}/:name/dead-letters`]: { GET: (exchange) => this.answer(exchange, this.find(exchange), deadLetters) },
    [`${ROOT}/:name/redrive`]: { POST: (exchange) => this.change(exchange, redriveBody, (resident, { ids }) => resident.redrive(ids)) },
    '/metrics': { GET: (exchange) => this.metrics(exchange) },
  };

  private list(exchange: Exchange): void {
    const principal = this.auth.requireScope(exchange, 'substrate:admin');
    const residents = this.residents.details().filter(({ tenant }) => administers(principal, tenant));
    exchange.json(200, JSON.stringify({ residents }));
  }

  private async pause(resident: RunningResident, paused: boolean): Promise<object> {
    await resident.pause(paused);
    return { name: resident.report.name, paused };
  }

  private change<Body>(exchange: Exchange, schema: z.ZodType<Body>, work: (resident: RunningResident, body: Body) => Promise<object>): void {
    const resident = this.find(exchange);
    const { pathname } = new URL(exchange.path, 'http://localhost');
    exchange.readBody(MAX_BODY, (raw) => {
      const parsed = schema.safeParse(parseObject(raw.toString('utf8')));
      if (!parsed.success) throw new HttpError(400, 'bad_request', parsed.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '));
      this.answer(exchange, resident, async () => {
        const result = await work(resident, parsed.data);
        log('info', 'a resident agent was told something', { agent: resident.report.name, route: pathname });
        return result;
      });
    });
  }

  private answer(exchange: Exchange, resident: RunningResident, work: Work): void {
    work(resident, exchange).then(
      (result) => exchange.json(200, JSON.stringify(result)),
      (error: unknown) => {
        if (error instanceof HttpError) return exchange.fail(error);
        const { status, body, headers } = refusalResponse('residents', toRefusalWire(error));
        exchange.json(status, body, headers);
      },
    );
  }

  /** @throws HttpError 404: that of another tenant looks like one that is not there. */
  private find(exchange: Exchange): RunningResident {
    const principal = this.auth.requireScope(exchange, 'substrate:admin');
    const name = decodeURIComponent(exchange.path.split('/')[3]!);
    const resident = this.residents.find(name);
    if (resident && mayManage(principal, resident)) return resident;
    throw new HttpError(404, 'not_found', `no resident agent ${JSON.stringify(name)} runs`);
  }

  /** Figures of all tenants: for administrators of the runtime. */
  private metrics(exchange: Exchange): void {
    const principal = this.auth.requireScope(exchange, 'substrate:admin');
    if (!administers(principal, SHARED_TENANT)) throw missingScope('substrate:admin');
    const { metrics } = this.residents;
    metrics.text().then(
      (text) => exchange.send(200, { 'content-type': metrics.contentType }, text),
      (error: unknown) => exchange.fail(error),
    );
  }
}

function mayManage(principal: Principal, { report }: RunningResident): boolean {
  return administers(principal, report.tenant);
}

async function deadLetters(resident: RunningResident, exchange: Exchange): Promise<object> {
  const query = new URLSearchParams(exchange.query);
  const after = numberOf(query, 'after', 0, Number.MAX_SAFE_INTEGER);
  const limit = Math.max(1, numberOf(query, 'limit', PAGE, MAX_PAGE));
  const { total, dead_wakes: letters } = await resident.deadWakes(after, limit);
  return { total, dead_letters: letters };
}

function numberOf(query: URLSearchParams, key: string, without: number, most: number): number {
  const text = query.get(key);
  if (text === null) return without;
  if (!/^\d{1,15}$/.test(text) || Number(text) > most) throw new HttpError(400, 'bad_request', `${key} is a number from 0 to ${most}`);
  return Number(text);
}
