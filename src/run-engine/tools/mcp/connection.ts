import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ToolListChangedNotificationSchema, type CallToolResult, type Tool } from '@modelcontextprotocol/sdk/types.js';
import type { McpServerDefinition } from '../../../definitions/mcp-server-definition.js';
import { Refusal } from '../../../errors.js';
import { VERSION } from '../../../package.js';
import { PublicFetch } from './public-fetch.js';

export interface McpSettings {
  /** Milliseconds that a connection with its list of tools, and a call, may take. */
  readonly connectTimeoutMs: number;
  readonly callTimeoutMs: number;
  /** Milliseconds after which a connection without calls is closed. */
  readonly idleMs: number;
}

/** Tools of a server; one with more is cut. */
const MAX_TOOLS = 1000;
/** How long a list of tools holds of a server that does not tell when it changes. */
const LIST_MS = 60_000;

/** A server as one user reaches it: connected once, for as many runs as that user has. */
export class McpConnection {
  private tools: { list: readonly Tool[]; at: number } | undefined;

  private constructor(
    private readonly client: Client,
    private readonly settings: McpSettings,
  ) {
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      this.tools = undefined;
    });
  }

  /** @param closed called when the connection ends, by whomever. Rejects where there is no server in time. */
  static async open(server: McpServerDefinition, headers: Readonly<Record<string, string>>, settings: McpSettings, closed: () => void): Promise<McpConnection> {
    const client = new Client({ name: 'loomcycle', version: VERSION });
    const guard = server.public_only === true ? new PublicFetch() : undefined;
    const connection = new McpConnection(client, settings);
    const { connectTimeoutMs: timeout } = settings;
    let isLate = false;
    // The client waits for an answer so long, but for ever for its next message to be taken.
    const timer = setTimeout(() => {
      isLate = true;
      void client.close();
    }, timeout);
    try {
      await client.connect(transportOf(server, headers, guard?.fetch ?? direct), { timeout });
      client.onclose = () => {
        guard?.close();
        closed();
      };
      return connection;
    } catch (error) {
      await client.close();
      guard?.close();
      throw isLate ? new Refusal('unavailable', `the MCP server ${server.name} did not answer within ${timeout} ms`) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** All tools of the server, page by page. */
  async list(signal: AbortSignal): Promise<readonly Tool[]> {
    const { tools } = this;
    const holds = tools && (this.client.getServerCapabilities()?.tools?.listChanged || Date.now() - tools.at < LIST_MS);
    if (holds) return tools.list;
    const list: Tool[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.client.listTools(cursor === undefined ? {} : { cursor }, { signal, timeout: this.settings.connectTimeoutMs });
      list.push(...page.tools);
      cursor = page.nextCursor;
    } while (cursor !== undefined && list.length < MAX_TOOLS);
    this.tools = { list: list.slice(0, MAX_TOOLS), at: Date.now() };
    return this.tools.list;
  }

  async call(name: string, input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<CallToolResult> {
    const { callTimeoutMs: timeout } = this.settings;
    return (await this.client.callTool({ name, arguments: input }, undefined, { signal, timeout, maxTotalTimeout: timeout })) as CallToolResult;
  }

  /** The next `list` asks the server. */
  forgetTools(): void {
    this.tools = undefined;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

function transportOf({ transport, command, args = [], env = {}, url }: McpServerDefinition, headers: Readonly<Record<string, string>>, reach: FetchLike): Transport {
  if (transport === 'http') return new StreamableHTTPClientTransport(new URL(url!), { fetch: reach, requestInit: { headers } }) as Transport;
  // What it says on its error output is its own: it could hold secrets of its environment.
  return new StdioClientTransport({ command: command!, args: [...args], env: { ...env }, stderr: 'ignore' });
}

/** A redirect would carry the headers of a user elsewhere. */
const direct: FetchLike = (url, init) => fetch(url, { ...(init as RequestInit), redirect: 'error' });
