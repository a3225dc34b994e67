import { StreamReader } from './event-stream.js';
import { TOKEN, type TestServer } from './server.js';

export interface RpcAnswer<Result = Record<string, unknown>> {
  jsonrpc: '2.0';
  id: string | number;
  result?: Result;
  error?: { code: number; message: string; data?: Record<string, unknown> };
}

export interface RpcNotification {
  method: string;
  params?: Record<string, unknown>;
}

/** A session of MCP without the SDK, where a test looks at what goes over the wire. */
export class RawSession {
  private nextId = 1;

  private constructor(
    private readonly server: TestServer,
    readonly id: string,
    readonly version: string,
    private readonly token: string,
  ) {}

  /** @param version of the protocol that is asked for; `capabilities` are those of the client. */
  static async open(server: TestServer, { version = '2025-06-18', token = TOKEN, capabilities = {} } = {}): Promise<RawSession> {
    const params = { protocolVersion: version, capabilities, clientInfo: { name: 'raw', version: '1' } };
    const response = await postMcp(server, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, {}, token);
    const { result } = (await response.json()) as RpcAnswer<{ protocolVersion: string }>;
    return new RawSession(server, response.headers.get('mcp-session-id')!, result!.protocolVersion, token);
  }

  post(message: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Response> {
    return postMcp(this.server, { jsonrpc: '2.0', ...message }, { 'mcp-session-id': this.id, ...headers }, this.token);
  }

  async request<Result = Record<string, unknown>>(
    method: string,
    params: Record<string, unknown> = {},
    id: string | number = this.nextId++,
  ): Promise<RpcAnswer<Result>> {
    return (await (await this.post({ id, method, params })).json()) as RpcAnswer<Result>;
  }

  /** A request whose answer is read as it comes. */
  asking(id: string | number, method: string, params: Record<string, unknown>): Promise<StreamReader> {
    const headers = { 'mcp-session-id': this.id, accept: 'application/json, text/event-stream' };
    return StreamReader.open(this.server, { path: '/v1/_mcp', headers, token: this.token, body: { jsonrpc: '2.0', id, method, params } });
  }

  stream(lastEventId?: string, token = this.token): Promise<StreamReader> {
    const headers = { 'mcp-session-id': this.id, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
    return StreamReader.open(this.server, { path: '/v1/_mcp', headers, token });
  }
}

export function postMcp(server: TestServer, body: unknown, headers: Record<string, string> = {}, token = TOKEN, query = ''): Promise<Response> {
  return fetch(`${server.url}/v1/_mcp${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
  });
}

/** What came on a stream so far. */
export function notifications(stream: StreamReader): RpcNotification[] {
  return stream.messages.map(({ data }) => data as RpcNotification);
}
