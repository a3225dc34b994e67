import {
  ErrorCode,
  isInitializeRequest,
  type InitializeRequest,
  JSONRPCMessageSchema,
  SUPPORTED_PROTOCOL_VERSIONS,
  type JSONRPCMessage,
  type JSONRPCRequest,
} from '@modelcontextprotocol/sdk/types.js';
import type { ChannelAccess } from '../../channels/subscriptions.js';
import type { Principal } from '../../identity/principal.js';
import type { Dispatcher } from '../../operations/dispatcher.js';
import { missingScope, requireSameOrigin, type Authenticator } from '../authenticate.js';
import type { Exchange } from '../exchange.js';
import { HttpError } from '../http-error.js';
import { DocumentChanges } from './changes.js';
import type { Hosts } from './hosts.js';
import { methods, type MethodHandler } from './methods.js';
import { PROFILE_NAMES, profileNamed } from './profiles.js';
import { BUILT_IN, type Prompt } from './prompts.js';
import { Resources } from './resources.js';
import { Sessions, type Session } from './sessions.js';
import { toolsFor } from './tools.js';

const MAX_BODY = 16 * 1024 * 1024;

/** What the endpoint needs of the runtime. */
export interface McpOptions {
  readonly auth: Authenticator;
  readonly dispatcher: Dispatcher;
  readonly version: string;
  readonly hosts: Hosts;
  channelAccess(principal: Principal): Pick<ChannelAccess, 'hub' | 'read'>;
  /** The prompts there are now; without it those built in. */
  prompts?: (() => readonly Prompt[]) | undefined;
  /** Puts something around what answers requests; without it nothing. */
  around?: ((handler: MethodHandler) => MethodHandler) | undefined;
}

/** `/v1/_mcp`: Streamable HTTP with sessions. Every call acts as the principal of its own bearer. */
export class McpEndpoint {
  private readonly sessions: Sessions;
  private readonly auth: Authenticator;
  private readonly hosts: Hosts;

  constructor({ auth, dispatcher, version, hosts, channelAccess, prompts = () => BUILT_IN, around = (handler) => handler }: McpOptions) {
    this.auth = auth;
    this.hosts = hosts;
    const resources = new Resources(dispatcher);
    this.sessions = new Sessions({
      version,
      handler: around(methods({ dispatcher, resources, prompts })),
      changes: new DocumentChanges(channelAccess),
      resources,
    });
  }

  handle(exchange: Exchange): void {
    this.hosts.require(exchange.header('host'));
    // A page of another site that reached this address by DNS rebinding still names its own origin.
    if (exchange.header('origin') !== undefined) requireSameOrigin(exchange);
    const principal = this.auth.require(exchange);
    if (toolsFor(principal).length === 0) throw missingScope('substrate:tenant');
    switch (exchange.method) {
      case 'POST':
        return exchange.readBody(MAX_BODY, (body) => this.post(exchange, principal, body.toString('utf8')));
      case 'GET':
        return this.openStream(exchange, principal);
      case 'DELETE':
        this.sessions.end(this.sessionOf(exchange, principal));
        return exchange.send(204, {});
      default:
        throw new HttpError(405, 'method_not_allowed', 'only POST, GET and DELETE', { allow: 'POST, GET, DELETE' });
    }
  }

  promptsChanged(): void {
    this.sessions.tellAll({ method: 'notifications/prompts/list_changed' });
  }

  close(): void {
    this.sessions.close();
  }

  private post(exchange: Exchange, principal: Principal, text: string): void {
    const message = parseMessage(exchange, text);
    if (!message) return;
    requireVersion(exchange);
    const session = isInitialize(message) ? this.begin(exchange, principal, message) : this.sessionOf(exchange, principal);
    if (session && !session.receive(exchange, message, principal)) {
      rpcError(exchange, 400, ErrorCode.InvalidRequest, 'a request with this id is still being answered');
    }
  }

  /** @returns undefined where there is no such profile; that has been answered then. */
  private begin(exchange: Exchange, principal: Principal, message: JSONRPCMessage): Session | undefined {
    const name = new URLSearchParams(exchange.query).get('profile');
    const profile = profileNamed(name);
    if (profile) return this.sessions.begin(principal, profile);
    const error = `there is no profile ${JSON.stringify(name)}: the query takes profile=${PROFILE_NAMES.join(' or profile=')}, or no profile for every tool`;
    const id = 'id' in message ? message.id : null;
    exchange.json(200, JSON.stringify({ jsonrpc: '2.0', id, error: { code: ErrorCode.InvalidParams, message: error } }));
    return undefined;
  }

  private openStream(exchange: Exchange, principal: Principal): void {
    requireVersion(exchange);
    const { transport, watching } = this.sessionOf(exchange, principal);
    const lastEventId = exchange.header('last-event-id') ?? '';
    const answer = transport.answerWith(lastEventId, principal);
    if (answer) {
      const release = this.auth.follow(principal, () => answer.leave());
      return transport.resume(exchange, answer, lastEventId, release);
    }
    let opened = false;
    const release = this.auth.follow(principal, () => {
      if (opened) transport.closeStream();
      else exchange.fail(new HttpError(401, 'unauthorized', 'the bearer has ended'));
    });
    exchange.whenGone(release);
    // Once the session listens: a client that sees its stream open is told of all that is written from then on.
    void watching.listOf(principal).then(() =>
      exchange.guard(() => {
        if (exchange.gone) return release();
        try {
          // It may have ended while we waited.
          this.sessionOf(exchange, principal);
        } catch (error) {
          release();
          throw error;
        }
        opened = true;
        transport.openStream(exchange, release);
      }),
    );
  }

  private sessionOf(exchange: Exchange, principal: Principal): Session {
    return this.sessions.find(exchange.header('mcp-session-id'), principal);
  }
}

function isInitialize(message: JSONRPCMessage): message is JSONRPCMessage & InitializeRequest {
  return 'method' in message && message.method === 'initialize' && isInitializeRequest(message);
}

/** @throws HttpError 400 */
function requireVersion(exchange: Exchange): void {
  const version = exchange.header('mcp-protocol-version');
  if (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version)) return;
  throw new HttpError(
    400,
    'bad_request',
    `MCP-Protocol-Version ${version} is not supported; supported are ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}`,
  );
}

/** @returns undefined where the answer has been given already. */
function parseMessage(exchange: Exchange, text: string): JSONRPCMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    rpcError(exchange, 400, ErrorCode.ParseError, (error as Error).message);
    return undefined;
  }
  if (isPlainRequest(value)) return value;
  const parsed = JSONRPCMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  rpcError(exchange, 400, ErrorCode.InvalidRequest, 'not one JSON-RPC 2.0 message');
  return undefined;
}

/** The common case at a glance; each method checks its parameters by a schema of its own. */
function isPlainRequest(value: unknown): value is JSONRPCRequest {
  if (typeof value !== 'object' || value === null) return false;
  const { jsonrpc, id, method, params } = value as Record<string, unknown>;
  const known = jsonrpc === '2.0' && typeof method === 'string' && (typeof id === 'string' || Number.isSafeInteger(id));
  return known && (params === undefined || (typeof params === 'object' && params !== null && !Array.isArray(params)));
}

function rpcError(exchange: Exchange, status: number, code: ErrorCode, message: string): void {
  exchange.json(status, JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}
