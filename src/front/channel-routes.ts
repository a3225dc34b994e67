import type { Dispatcher } from '../operations/dispatcher.js';
import type { Principal } from '../identity/principal.js';
import type { Authenticator } from './authenticate.js';
import { channelRefusal } from './channel-errors.js';
import type { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';
import { withMsgId } from './message-ids.js';
import { idempotencyKeyOf, MAX_TOOL_BODY, parseObject } from './tool-routes.js';

type Json = Record<string, unknown>;

/** An operation that a route stands for. */
interface Target {
  tool: 'channel' | 'channeldef';
  op: string;
  /** What the route says; it goes before what the body says. */
  input: Json;
  /** Status of success, 200 where it does not say. */
  status?: number;
}

const CHANNELS = '/v1/_channels';
/** What one does with a channel, by method. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  POST: ['publish', 'subscribe', 'ack', 'nack'],
  GET: ['peek', 'consumers'],
};

/** `/v1/_channels…` for the channels that a tenant shares, and `/v1/users/{user}/channels/…` for one's own (reference: wire 1.4). */
export class ChannelRoutes {
  constructor(
    private readonly auth: Authenticator,
    private readonly dispatcher: Dispatcher,
  ) {}

  /** Below `/v1/_channels`: administration, and channels of scope global. */
  ofTenant(exchange: Exchange): void {
    const principal = this.auth.requireScope(exchange, 'substrate:admin');
    this.run(exchange, principal, tenantTarget(exchange.method, segmentsOf(exchange.path.slice(CHANNELS.length))));
  }

  /** Below `/v1/users/{user}/channels/`: channels of scope user, of who asks. */
  ofUser(exchange: Exchange): void {
    const principal = this.auth.require(exchange);
    const [user, , ...rest] = segmentsOf(exchange.path.slice('/v1/users'.length));
    // What is not one's own looks like what is not there.
    if (user !== principal.subject) throw new HttpError(404, 'unknown_channel', 'no such user, or it is not you');
    this.run(exchange, principal, channelTarget(exchange.method, rest, 'user'));
  }

  private run(exchange: Exchange, principal: Principal, { tool, op, input, status = 200 }: Target): void {
    if (exchange.method === 'GET' || exchange.method === 'HEAD') {
      this.dispatch(exchange, principal, tool, { ...queryOf(exchange), ...input, op }, status);
      return;
    }
    exchange.readBody(MAX_TOOL_BODY, (body) => {
      const json = body.toString('utf8');
      const said = json.trim() === '' ? {} : parseObject(json);
      this.dispatch(exchange, principal, tool, { ...said, ...input, op }, status);
    });
  }

  private dispatch(exchange: Exchange, principal: Principal, tool: Target['tool'], input: Json, status: number): void {
    const whenGone = (then: () => void): void => exchange.whenGone(then);
    const idempotencyKey = idempotencyKeyOf(exchange);
    this.dispatcher.dispatch({ principal, transport: 'http', tool, input, idempotencyKey, whenGone }, (outcome) => {
      if (outcome.ok) return status === 204 ? exchange.send(204, {}) : exchange.json(status, withMsgId(input.op, outcome.json));
      const refusal = channelRefusal(outcome.refusal);
      exchange.json(refusal.status, refusal.body, refusal.headers);
    });
  }
}

function tenantTarget(method: string, segments: readonly string[]): Target {
  const [first, ...rest] = segments;
  if (first === undefined) {
    return choose(method, { GET: { tool: 'channeldef', op: 'list', input: {} }, POST: { tool: 'channeldef', op: 'create', input: {}, status: 201 } });
  }
  if (rest.length === 0 && (first === '_await' || first === '_broadcast')) {
    return choose(method, { POST: { tool: 'channel', op: first.slice(1), input: {} } });
  }
  if (method === 'PATCH' || method === 'DELETE') {
    const input = { name: segments.join('/') };
    return method === 'PATCH' ? { tool: 'channeldef', op: 'update', input } : { tool: 'channeldef', op: 'delete', input, status: 204 };
  }
  if (method === 'POST' && segments.at(-1) === 'purge' && rest.length > 0) {
    return { tool: 'channeldef', op: 'purge', input: { name: segments.slice(0, -1).join('/') } };
  }
  // Without a verb it is a message of the system's own.
  if (method === 'POST' && first === '_system' && !VERBS.POST!.includes(segments.at(-1)!)) {
    return { tool: 'channel', op: 'publish', input: { channel: segments.join('/'), scope: 'global' } };
  }
  return channelTarget(method, segments, 'global');
}

/** `…/{name}/{verb}`; the name may have slashes, as they are or as %2F. */
function channelTarget(method: string, segments: readonly string[], scope: 'global' | 'user'): Target {
  const verb = segments.at(-1)!;
  const channel = segments.slice(0, -1).join('/');
  const verbs = VERBS[method === 'HEAD' ? 'GET' : method] ?? [];
  if (channel !== '' && verbs.includes(verb)) return { tool: 'channel', op: verb, input: { channel, scope } };
  const allow = Object.keys(VERBS).filter((each) => VERBS[each]!.includes(verb));
  if (allow.length > 0) throw new HttpError(405, 'method_not_allowed', `only ${allow.join(', ')} here`, { allow: allow.join(', ') });
  throw new HttpError(404, 'not_found', `no route ${method} for ${segments.join('/')}`);
}

function choose(method: string, targets: Readonly<Record<string, Target>>): Target {
  const target = targets[method === 'HEAD' ? 'GET' : method];
  if (target) return target;
  const allow = Object.keys(targets).join(', ');
  throw new HttpError(405, 'method_not_allowed', `only ${allow} here`, { allow });
}

/** @throws HttpError 400 for what is not percent-encoded well. */
function segmentsOf(path: string): string[] {
  try {
    return path.split('/').slice(1).filter((segment, index, all) => segment !== '' || index < all.length - 1).map(decodeURIComponent);
  } catch {
    throw new HttpError(400, 'bad_request', `${path} is not percent-encoded well`);
  }
}

/** The query of a GET as the input of its op. */
function queryOf({ query }: Exchange): Json {
  const input: Json = Object.fromEntries(new URLSearchParams(query));
  if (typeof input.max_messages === 'string' && /^\d+$/.test(input.max_messages)) input.max_messages = Number(input.max_messages);
  return input;
}
