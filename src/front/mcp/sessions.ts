import { randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import {
  SetLevelRequestSchema,
  type JSONRPCMessage,
  type LoggingLevel,
  type ServerCapabilities,
  type ServerNotification,
} from '@modelcontextprotocol/sdk/types.js';
import { samePrincipal, type Principal } from '../../identity/principal.js';
import type { Exchange } from '../exchange.js';
import { HttpError } from '../http-error.js';
import type { DocumentChanges } from './changes.js';
import { isWanted } from './logging.js';
import type { MethodHandler } from './methods.js';
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

/** The SDK would make one for every server, and it is most of what a session weighs (bench/mcp-sessions.mjs). */
const VALIDATOR = new AjvJsonSchemaValidator();

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
    const { version, handler } = options;
    const { instructions } = profile;
    this.server = new Server({ name: 'loomcycle', version }, { capabilities: CAPABILITIES, instructions, jsonSchemaValidator: VALIDATOR });
    this.server.fallbackRequestHandler = handler;
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

  /** @returns false where a request with this id is still being answered. */
  receive(exchange: Exchange, message: JSONRPCMessage, principal: Principal): boolean {
    const { subject, scopes } = principal;
    // The scopes are those of the bearer of this very request, which may be fewer than at the beginning.
    const extra = { principal, exchange, session: this };
    return this.transport.receive(exchange, message, { authInfo: { token: '', clientId: subject, scopes: [...scopes], extra } });
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

/** All sessions. One that is not used for long ends; one whose stream is open is used. */
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
      if (session.transport.streaming) session.lastUsedAt = now;
      if (now - session.lastUsedAt > IDLE_MS) this.end(session);
      else session.transport.keepAlive();
    }
  }
}
