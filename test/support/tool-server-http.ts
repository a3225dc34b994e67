import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Server as McpServer } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

const { toolServer } = (await import(new URL('tool-server.mjs', import.meta.url).href)) as { toolServer(about: Record<string, unknown>, more: readonly object[]): McpServer };

/** A real MCP server over Streamable HTTP, with sessions. */
export class HttpToolServer {
  /** Headers with which each session was begun. */
  readonly sessions: IncomingHttpHeaders[] = [];
  private readonly more: object[] = [];
  private readonly transports = new Map<string, StreamableHTTPServerTransport>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<HttpToolServer> {
    const server = createServer((request, response) => {
      const known = tools.transports.get(String(request.headers['mcp-session-id']));
      if (known) return void known.handleRequest(request, response);
      if (request.headers['mcp-session-id'] !== undefined) return void response.writeHead(404).end();
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (id) => {
          tools.sessions.push(request.headers);
          tools.transports.set(id, transport);
        },
      });
      void toolServer({ authorization: request.headers.authorization, key: request.headers['x-key'] }, tools.more)
        .connect(transport as Transport)
        .then(() => transport.handleRequest(request, response));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tools = new HttpToolServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
    return tools;
  }

  /** Lists one more tool from now on, without telling anybody. */
  addTool(tool: object): void {
    this.more.push(tool);
  }

  /** As a server does that was restarted: no session is known any more. */
  forgetSessions(): void {
    this.transports.clear();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
