import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { TOKEN, type TestServer } from './server.js';

export interface ToolResult<Result = Record<string, unknown>> {
  isError?: boolean;
  content: { type: string; text: string }[];
  structuredContent: Result;
}

/** The SDK's client on a session of its own. */
export class McpClient {
  private constructor(readonly client: Client) {}

  static async connect(server: TestServer, token = TOKEN): Promise<McpClient> {
    const client = new Client({ name: 'test', version: '1' });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/v1/_mcp`), { requestInit }));
    return new McpClient(client);
  }

  async call<Result = Record<string, unknown>>(tool: string, input: Record<string, unknown>): Promise<ToolResult<Result>> {
    return (await this.client.callTool({ name: tool, arguments: input })) as unknown as ToolResult<Result>;
  }

  /** Calls a document op that must succeed. */
  async document<Result = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Result> {
    const { isError, content, structuredContent } = await this.call<Result>('document', { op, ...input });
    if (isError) throw new Error(content.map((block) => block.text).join('\n'));
    return structuredContent;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
