import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ErrorCode, McpError, type CallToolResult, type Tool } from '@modelcontextprotocol/sdk/types.js';
import { coversTool } from '../../../definitions/narrowing.js';
import type { McpServerDefinition } from '../../../definitions/mcp-server-definition.js';
import { Refusal } from '../../../errors.js';
import { log } from '../../../log.js';
import type { ToolSeeker, ToolSource } from '../index.js';
import type { RunTool, ToolOutput } from '../tool.js';
import type { McpConnection, McpSettings } from './connection.js';
import { withSecrets } from './placeholders.js';
import { McpPool } from './pool.js';

const PREFIX = 'mcp__';
/** Models take names of so many of these characters. */
const USABLE = /^[A-Za-z0-9_-]{1,128}$/;
const LEGS = ['untrusted', 'outward'] as const;

/**
 * Tools of MCP servers: `mcp__<server>__<tool>` of an agent's `allowed_tools`, `mcp__<server>__*` for all of one. A
 * server that cannot be reached leaves a tool that says so, and tries again when it is called.
 */
export class McpTools {
  private readonly pool: McpPool;

  constructor(settings: McpSettings) {
    this.pool = new McpPool(settings);
  }

  readonly source: ToolSource = async (names, seeker) => {
    const byServer = new Map<string, string[]>();
    for (const name of names) {
      const [, server, tool] = /^mcp__([A-Za-z0-9_-]+?)__(.+)$/.exec(name) ?? [];
      if (server !== undefined && tool !== undefined) byServer.set(server, [...(byServer.get(server) ?? []), name]);
    }
    const found = await Promise.all([...byServer].map(([server, wanted]) => this.toolsOf(server, wanted, seeker)));
    return found.flat();
  };

  /** The next run of anybody asks servers of this name for their tools again. */
  relist(name: string): void {
    this.pool.relist(name);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async toolsOf(name: string, wanted: readonly string[], seeker: ToolSeeker): Promise<RunTool[]> {
    try {
      const server = await definitionOf(name, seeker);
      const listed = await this.with(server, seeker, (connection) => connection.list(seeker.signal));
      return listed.flatMap((tool) => {
        const known = knownAs(server, tool.name);
        const isHad = known !== undefined && wanted.some((each) => coversTool(each, known));
        return isHad ? [this.toolOf(known, name, tool, seeker)] : [];
      });
    } catch (error) {
      if (seeker.signal.aborted) throw error;
      const why = problemOf(name, error).message;
      log('warn', 'the tools of an MCP server are not there for a run', { server: name, run: seeker.row.run_id, error: why });
      return wanted.map((each) => this.missing(each.replace(/\*$/, 'connect'), name, why, seeker));
    }
  }

  private toolOf(known: string, server: string, { name, description = '', inputSchema, annotations }: Tool, seeker: ToolSeeker): RunTool {
    const { readOnlyHint, idempotentHint } = annotations ?? {};
    const repeatable = readOnlyHint === true || idempotentHint === true;
    return {
      spec: { name: known, description, input_schema: inputSchema },
      repeatable: () => repeatable,
      legs: () => LEGS,
      execute: ({ input }) => this.call(server, name, input, seeker, repeatable),
    };
  }

  /** Stands for a tool of which nothing is known now. */
  private missing(known: string, server: string, why: string, seeker: ToolSeeker): RunTool {
    const name = known.slice(`${PREFIX}${server}__`.length);
    return {
      spec: { name: known, description: `Not there now (${why}). A call tries again.`, input_schema: { type: 'object' } },
      repeatable: () => false,
      legs: () => LEGS,
      execute: ({ input }) => this.call(server, name, input, seeker, false),
    };
  }

  /** Asks for the definition each time: what the operator took back since is not called. */
  private async call(name: string, tool: string, input: Readonly<Record<string, unknown>>, seeker: ToolSeeker, repeatable: boolean): Promise<ToolOutput> {
    try {
      const server = await definitionOf(name, seeker);
      if (!isAllowed(server, tool)) throw new Refusal('forbidden', `the MCP server ${name} has no tool ${tool} for agents: its allowed_tools can list it`);
      const attempt = (): Promise<CallToolResult> => this.with(server, seeker, (connection) => connection.call(tool, input, seeker.signal));
      return outputOf(await attempt().catch((error: unknown) => {
        if (seeker.signal.aborted || !(isUnknownSession(error) || (repeatable && isClosed(error)))) throw error;
        return attempt();
      }));
    } catch (error) {
      if (seeker.signal.aborted) throw error;
      throw problemOf(name, error);
    }
  }

  private async with<Result>(server: McpServerDefinition, { row, secrets }: ToolSeeker, work: (connection: McpConnection) => Promise<Result>): Promise<Result> {
    const headers = withSecrets(server.headers ?? {}, secrets);
    try {
      return await this.pool.with(server, headers, row.principal, work);
    } catch (error) {
      if (isUnknownSession(error) || isClosed(error)) this.pool.forget(server, headers, row.principal);
      throw error;
    }
  }
}

function definitionOf(name: string, { call }: ToolSeeker): Promise<McpServerDefinition> {
  return call({ to: 'mcp_server', name });
}

function isAllowed({ allowed_tools: allowed }: McpServerDefinition, tool: string): boolean {
  return !allowed || allowed.includes(tool);
}

/** By what name agents know a tool of a server; undefined for one that they do not get. */
export function knownAs(server: McpServerDefinition, tool: string): string | undefined {
  const known = `${PREFIX}${server.name}__${tool}`;
  return USABLE.test(known) && isAllowed(server, tool) ? known : undefined;
}

/** The server was restarted: it has not begun the call. */
function isUnknownSession(error: unknown): boolean {
  return error instanceof StreamableHTTPError && error.code === 404;
}

function isClosed(error: unknown): boolean {
  return error instanceof McpError && (error.code as ErrorCode) === ErrorCode.ConnectionClosed;
}

/** What is told of a failure: nothing of headers or addresses. */
export function problemOf(name: string, error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof McpError) return new Refusal('unavailable', `the MCP server ${name}: ${error.message}`, { code: error.code });
  if (error instanceof StreamableHTTPError) return new Refusal('unavailable', `the MCP server ${name} answered with status ${error.code ?? 'none'}`, { status: error.code });
  const { code, cause } = error as NodeJS.ErrnoException;
  const known = code ?? (cause as NodeJS.ErrnoException | undefined)?.code;
  return new Refusal('unavailable', `the MCP server ${name} cannot be reached${known === undefined ? '' : ` (${known})`}`);
}

/** The text of a result; of what is no text, what it is. */
function outputOf({ content = [], structuredContent, isError }: CallToolResult): ToolOutput {
  const parts = content.map((part) => {
    switch (part.type) {
      case 'text':
        return part.text;
      case 'resource':
        return 'text' in part.resource ? part.resource.text : `[${part.resource.mimeType ?? 'bytes'}: ${part.resource.uri}]`;
      case 'resource_link':
        return `[${part.name}: ${part.uri}]`;
      default:
        return `[${part.type}: ${part.mimeType}]`;
    }
  });
  const output = parts.length === 0 && structuredContent !== undefined ? JSON.stringify(structuredContent) : parts.join('\n');
  return { output, is_error: isError === true, untrusted: true };
}
