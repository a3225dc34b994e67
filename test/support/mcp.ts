import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { TOKEN, type TestServer } from './server.js';
import { MAIN } from './thin-client.js';

export interface ToolResult<Result = Record<string, unknown>> {
  isError?: boolean;
  content: { type: string; text: string }[];
  structuredContent: Result;
}

/** The SDK's client on a session of its own. */
export class McpClient {
  private constructor(readonly client: Client) {}

  static async connect(server: TestServer, token = TOKEN, profile?: string): Promise<McpClient> {
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    const url = new URL(`${server.url}/v1/_mcp`);
    if (profile !== undefined) url.searchParams.set('profile', profile);
    return McpClient.over(new StreamableHTTPClientTransport(url, { requestInit }));
  }

  /** Through `loomcycle mcp` in a process of its own. */
  static async throughProcess(args: readonly string[], env: Record<string, string> = {}): Promise<McpClient> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [MAIN, 'mcp', ...args],
      env: { LOOMCYCLE_MCP_UPSTREAM_TOKEN: TOKEN, ...env },
      stderr: 'ignore',
    });
    return McpClient.over(transport);
  }

  private static async over(transport: Transport): Promise<McpClient> {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
    return new McpClient(client);
  }

  /** Calls a tool that must succeed. */
  async done<Result = Record<string, unknown>>(tool: string, input: Record<string, unknown> = {}): Promise<Result> {
    const { isError, content, structuredContent } = await this.call<Result>(tool, input);
    if (isError) throw new Error(content.map((block) => block.text).join('\n'));
    return structuredContent;
  }

  async call<Result = Record<string, unknown>>(tool: string, input: Record<string, unknown>): Promise<ToolResult<Result>> {
    return (await this.client.callTool({ name: tool, arguments: input })) as unknown as ToolResult<Result>;
  }

  /** Calls a document op that must succeed. */
  async document<Result = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Result> {
    return this.done<Result>('document', { op, ...input });
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
