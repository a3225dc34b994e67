import { randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  isInitializeRequest,
  JSONRPCMessageSchema,
  ListToolsRequestSchema,
  McpError,
  SUPPORTED_PROTOCOL_VERSIONS,
  type JSONRPCMessage,
  type MessageExtraInfo,
} from '@modelcontextprotocol/sdk/types.js';
import { samePrincipal, type Principal } from '../../identity/principal.js';
import type { Dispatcher, Outcome, ToolCall } from '../../operations/dispatcher.js';
import { TOOLS } from '../../operations/registry.js';
import { missingScope, requireSameOrigin, type Authenticator } from '../authenticate.js';
import type { Exchange } from '../exchange.js';
import { HttpError } from '../http-error.js';
import { idempotencyKeyOf } from '../tool-routes.js';
import { callChannelTool, isChannelTool } from './channel-tools.js';
import { toolResult, toolsFor } from './tools.js';
import { SessionTransport } from './transport.js';

const MAX_BODY = 16 * 1024 * 1024;
const IDLE_MS = 30 * 60 * 1000;
const TICK_MS = 25_000;
const INSTRUCTIONS = `Documents here are trees of chunks that people and agents write together.
Read a chunk before you change it and send the revision that you read with update_chunk. When the answer is a
revision conflict, nothing was written: take the current chunk from its data, apply your change to it, send again.
query_chunks finds work, by filters or by one read-only SQL statement over documents, chunks, chunk_edges,
chunk_types and chunk_tags, for example: SELECT id, title FROM chunks WHERE type = 'publication' AND status = 'scheduled'.
search finds chunks by their words: a word, pre*, "a phrase", AND, OR, NOT.
[[title]] in a body links to a chunk, #tag tags its own; backlinks and list_tags find them.
list_types tells the fields of a type; a write that breaks them is refused with field, rule and value.
channel publishes messages and reads them: subscribe, deal with what came, then ack, or it comes again.
context self tells as whom you act.`;

interface Session {
  readonly principal: Principal;
  readonly server: Server;
  readonly transport: SessionTransport;
  lastUsedAt: number;
}

/** `/v1/_mcp`: Streamable HTTP with sessions. Every call acts as the principal of its own bearer. */
export class McpEndpoint {
  private readonly sessions = new Map<string, Session>();
  private readonly ticker: NodeJS.Timeout;

  constructor(
    private readonly auth: Authenticator,
    private readonly dispatcher: Dispatcher,
    private readonly version: string,
  ) {
    this.ticker = setInterval(() => this.tick(), TICK_MS);
  }

  handle(exchange: Exchange): void {
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
        this.end(this.sessionOf(exchange, principal));
        return exchange.send(204, {});
      default:
        throw new HttpError(405, 'method_not_allowed', 'only POST, GET and DELETE', { allow: 'POST, GET, DELETE' });
    }
  }

  close(): void {
    clearInterval(this.ticker);
    for (const session of [...this.sessions.values()]) this.end(session);
  }

  private openStream(exchange: Exchange, principal: Principal): void {
    const { transport } = this.sessionOf(exchange, principal);
    const release = this.auth.follow(principal, () => transport.closeStream(exchange));
    transport.openStream(exchange, release);
  }

  private post(exchange: Exchange, principal: Principal, text: string): void {
    const message = parseMessage(exchange, text);
    if (!message) return;
    const session = isInitializeRequest(message) ? this.begin(principal) : this.sessionOf(exchange, principal);
    const version = exchange.header('mcp-protocol-version');
    if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
      throw new HttpError(
        400,
        'bad_request',
        `MCP-Protocol-Version ${version} is not supported; supported are ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}`,
      );
    }
    const extra: MessageExtraInfo = {
      authInfo: { token: '', clientId: principal.subject, scopes: [...principal.scopes], extra: { principal, exchange } },
    };
    if (!session.transport.receive(exchange, message, extra)) {
      rpcError(exchange, 400, ErrorCode.InvalidRequest, 'a request with this id is still being answered');
    }
  }

  private begin(principal: Principal): Session {
    const server = new Server(
      { name: 'loomcycle', version: this.version },
      { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
    );
    server.setRequestHandler(ListToolsRequestSchema, (_request, extra) => ({
      tools: toolsFor(principalOf(extra.authInfo)),
    }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
      const { name: tool, arguments: input = {} } = params;
      const flat = isChannelTool(tool);
      if (!flat && !TOOLS.includes(tool)) throw new McpError(ErrorCode.MethodNotFound, `unknown tool: ${tool}`);
      const principal = principalOf(extra.authInfo);
      const outcome = await new Promise<Outcome>((resolve) => {
        const whenGone = (then: () => void): void => {
          extra.signal.addEventListener('abort', then);
          exchangeOf(extra.authInfo).whenGone(then);
        };
        const idempotencyKey = idempotencyKeyOf(exchangeOf(extra.authInfo));
        const call: ToolCall = { principal, transport: 'mcp', tool, input, idempotencyKey, whenGone };
        if (flat) callChannelTool(this.dispatcher, call, resolve);
        else this.dispatcher.dispatch(call, resolve);
      });
      return toolResult(tool, outcome);
    });
    const transport = new SessionTransport(randomUUID());
    const session: Session = { principal, server, transport, lastUsedAt: Date.now() };
    this.sessions.set(transport.sessionId, session);
    // Our transport opens nothing: connecting is done when the call returns.
    void server.connect(transport);
    return session;
  }

  private sessionOf(exchange: Exchange, principal: Principal): Session {
    const id = exchange.header('mcp-session-id');
    if (id === undefined) throw new HttpError(400, 'bad_request', 'the header Mcp-Session-Id is missing: initialize first');
    const session = this.sessions.get(id);
    if (!session || !samePrincipal(session.principal, principal)) {
      throw new HttpError(404, 'not_found', 'session not found or expired: initialize again');
    }
    session.lastUsedAt = Date.now();
    return session;
  }

  private end(session: Session): void {
    this.sessions.delete(session.transport.sessionId);
    void session.server.close();
  }

  private tick(): void {
    for (const session of this.sessions.values()) {
      if (Date.now() - session.lastUsedAt > IDLE_MS) this.end(session);
      else session.transport.keepAlive();
    }
  }
}

function principalOf(authInfo: { extra?: Record<string, unknown> } | undefined): Principal {
  return authInfo!.extra!.principal as Principal;
}

function exchangeOf(authInfo: { extra?: Record<string, unknown> } | undefined): Exchange {
  return authInfo!.extra!.exchange as Exchange;
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
  const parsed = JSONRPCMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  rpcError(exchange, 400, ErrorCode.InvalidRequest, 'not one JSON-RPC 2.0 message');
  return undefined;
}

function rpcError(exchange: Exchange, status: number, code: ErrorCode, message: string): void {
  exchange.json(status, JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}
