import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Rpc } from './thin-client.js';

/** An MCP server that says only what the test tells it to. */
export class SpeakingUpstream {
  private readonly waiting: { request: IncomingMessage; response: ServerResponse; message: Rpc | undefined }[] = [];
  private readonly changes = new EventEmitter();
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      this.waiting.push({ request, response, message: text === '' ? undefined : (JSON.parse(text) as Rpc) });
      this.changes.emit('change');
    });
  });
  url = '';

  static async start(): Promise<SpeakingUpstream> {
    const upstream = new SpeakingUpstream();
    upstream.server.listen(0, '127.0.0.1');
    await once(upstream.server, 'listening');
    upstream.url = `http://127.0.0.1:${(upstream.server.address() as AddressInfo).port}`;
    return upstream;
  }

  /** Waits for an exchange and takes it: `GET`, `DELETE`, the method of a message, or the id of an answer. */
  async take(what: string): Promise<{ request: IncomingMessage; response: ServerResponse; message: Rpc }> {
    for (;;) {
      const index = this.waiting.findIndex(({ request, message }) => (message ? (message.method ?? `answer ${message.id}`) : request.method) === what);
      if (index >= 0) return this.waiting.splice(index, 1)[0] as { request: IncomingMessage; response: ServerResponse; message: Rpc };
      await once(this.changes, 'change');
    }
  }

  /** Answers the beginning of a session. @returns the response of its stream, open. */
  async begin(session: string): Promise<ServerResponse> {
    const { response, message } = await this.take('initialize');
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': session });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: {} } }));
    (await this.take('notifications/initialized')).response.writeHead(202).end();
    const stream = (await this.take('GET')).response;
    return openStream(stream);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

export function openStream(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': open\n\n');
  return response;
}

export function event(id: string, message: Record<string, unknown>): string {
  return `id: ${id}\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
}
