import { randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import type { jsonSchemaValidator as JsonSchemaValidatorProvider } from '@modelcontextprotocol/sdk/validation/types.js';
import {
  ErrorCode,
  isInitializeRequest,
  LATEST_PROTOCOL_VERSION,
  SetLevelRequestSchema,
  SUPPORTED_PROTOCOL_VERSIONS,
  type InitializeRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type LoggingLevel,
  type McpError,
  type ServerCapabilities,
  type ServerNotification,
} from '@modelcontextprotocol/sdk/types.js';
import { log } from '../../log.js';
import { samePrincipal, type Principal } from '../../identity/principal.js';
import type { Exchange } from '../exchange.js';
import { HttpError } from '../http-error.js';
import { Asking } from './asking.js';
import type { DocumentChanges } from './changes.js';
import { isWanted } from './logging.js';
import type { CallContext, MethodHandler } from './methods.js';
import type { Profile } from './profiles.js';
import type { Resources } from './resources.js';
import { SessionTransport } from './transport.js';
import { Watching } from './watching.js';

const IDLE_MS = 30 * 60 * 1000;
const TICK_MS = 25_000;

const CAPABILITIES: ServerCapabilities = {
  tools: {},
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
};

/**
 * For answers to questions only. The SDK would make a validator for every server, and that is most of what a session
 * weighs (bench/mcp-sessions.mjs); one for all would keep every schema that was ever asked with.
 */
const VALIDATOR: JsonSchemaValidatorProvider = { getValidator: (schema) => new AjvJsonSchemaValidator().getValidator(schema) };

/** What all sessions share. */
export interface SessionsOptions {
  readonly version: string;
  readonly handler: MethodHandler;
  readonly changes: DocumentChanges;
  readonly resources: Resources;
}

/** One client's session: a protocol server and its transport, never shared with another. */
export class Session {
  readonly transport = new SessionTransport(randomUUID());
  lastUsedAt = Date.now();
  private readonly server: Server;
  private level: LoggingLevel | undefined;
  private watched: Watching | undefined;

  constructor(
    readonly principal: Principal,
    readonly profile: Profile,
    private readonly options: SessionsOptions,
  ) {
    const { version } = options;
    const { instructions } = profile;
    this.server = new Server({ name: 'loomcycle', version }, { capabilities: CAPABILITIES, instructions, jsonSchemaValidator: VALIDATOR });
    this.server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
      this.level = params.level;
      return {};
    });
    // Our transport opens nothing: connecting is done when the call returns.
    void this.server.connect(this.transport);
  }

  /** Made when first asked for: who never watches anything pays nothing for it. */
  get watching(): Watching {
    const { changes, resources } = this.options;
    return (this.watched ??= new Watching(changes, resources, (notification) => this.notify(notification)));
  }

  /** Questions to the client, where it said that it takes them. */
  get asking(): Asking {
    return new Asking(this.server);
  }

  /** @returns false where a request with this id is still being answered. */
  receive(exchange: Exchange, message: JSONRPCMessage, principal: Principal): boolean {
    if (!isRequest(message)) {
      this.transport.take(exchange, message);
      return true;
    }
    if (!this.transport.begin(exchange, message.id, principal)) return false;
    if (OF_PROTOCOL.has(message.method)) {
      if (isInitializeRequest(message)) this.transport.version = agreedVersion(message);
      this.transport.onmessage?.(message);
    } else void this.answer(exchange, message, principal);
    return true;
  }

  /** Beside the SDK, which checks every message several times: half of what a call costs (bench/mcp-calls.mjs). */
  private async answer(exchange: Exchange, request: JSONRPCRequest, principal: Principal): Promise<void> {
    const { id, params } = request;
    const token = params?._meta?.progressToken;
    const context: CallContext = {
      // The scopes are those of the bearer of this very request, which may be fewer than at the beginning.
      principal,
      exchange,
      session: this,
      requestId: id,
      progressToken: typeof token === 'string' || typeof token === 'number' ? token : undefined,
      whenGone: (then) => this.transport.whenGone(id, then),
      closeStream: () => this.transport.closeAnswer(id),
      sendNotification: (notification) => this.server.notification(notification, { relatedRequestId: id }),
    };
    let answer: JSONRPCMessage;
    try {
      answer = { jsonrpc: '2.0', id, result: await this.options.handler(request, context) };
    } catch (error) {
      answer = { jsonrpc: '2.0', id, error: rpcErrorOf(error) };
    }
    this.transport.answer(id, answer);
  }

  /** Logs to the client, where it asked for messages of this level. */
  say(level: LoggingLevel, data: Record<string, unknown>): void {
    if (isWanted(level, this.level)) this.notify({ method: 'notifications/message', params: { level, logger: 'tools', data } });
  }

  close(): void {
    this.watched?.close();
    void this.server.close();
  }

  /** Says what belongs to no call: on the stream of the session. */
  notify(notification: ServerNotification): void {
    // Rejects for a session that has ended only: there is nobody to tell.
    this.server.notification(notification).catch(() => undefined);
  }
}

/** What the SDK's server answers itself. */
const OF_PROTOCOL: ReadonlySet<string> = new Set(['initialize', 'ping', 'logging/setLevel']);

function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && 'id' in message;
}

/** As the SDK's server answers. */
function agreedVersion({ params }: InitializeRequest): string {
  return SUPPORTED_PROTOCOL_VERSIONS.includes(params.protocolVersion) ? params.protocolVersion : LATEST_PROTOCOL_VERSION;
}

/** An error with a code of JSON-RPC says what the client may know; any other is a defect. */
function rpcErrorOf(error: unknown): { code: number; message: string; data?: unknown } {
  const { code, message, data } = error as Partial<McpError>;
  if (error instanceof Error && Number.isSafeInteger(code)) return { code: code!, message: message!, ...(data === undefined ? {} : { data }) };
  log('error', 'a method of MCP failed', { error: error instanceof Error ? error.stack : String(error) });
  return { code: ErrorCode.InternalError, message: 'internal error: the log of the server says more' };
}

/** All sessions. One that is not used for long ends; one whose stream is open, or that waits for an answer, is used. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();
  private readonly ticker = setInterval(() => this.tick(), TICK_MS);

  constructor(private readonly options: SessionsOptions) {}

  begin(principal: Principal, profile: Profile): Session {
    const session = new Session(principal, profile, this.options);
    this.sessions.set(session.transport.sessionId, session);
    return session;
  }

  /** @throws HttpError 400 without an id, 404 for one that is not, or is another principal's */
  find(id: string | undefined, principal: Principal): Session {
    if (id === undefined) throw new HttpError(400, 'bad_request', 'the header Mcp-Session-Id is missing: initialize first');
    const session = this.sessions.get(id);
    if (!session || !samePrincipal(session.principal, principal)) {
      throw new HttpError(404, 'not_found', 'session not found or expired: initialize again');
    }
    session.lastUsedAt = Date.now();
    return session;
  }

  end(session: Session): void {
    this.sessions.delete(session.transport.sessionId);
    session.close();
  }

  /** Says something to every client. */
  tellAll(notification: ServerNotification): void {
    for (const session of this.sessions.values()) session.notify(notification);
  }

  close(): void {
    clearInterval(this.ticker);
    for (const session of [...this.sessions.values()]) this.end(session);
  }

  private tick(): void {
    const now = Date.now();
    for (const session of [...this.sessions.values()]) {
      if (session.transport.inUse) session.lastUsedAt = now;
      if (now - session.lastUsedAt > IDLE_MS) this.end(session);
      else session.transport.tick(now);
    }
  }
}
