import type { McpServerDefinition } from '../../../definitions/mcp-server-definition.js';
import type { Discovered, DiscoveredTool, RunSecrets } from '../../../runs/protocol.js';
import { McpConnection, type McpSettings } from './connection.js';
import { knownAs, problemOf } from './mcp-tools.js';
import { withSecrets } from './placeholders.js';

/** Milliseconds in which a server has to be connected to and tell its tools (reference: tools 9). */
const DEADLINE_MS = 30_000;
/** Characters of JSON that the tools of an answer have at most; what comes after is left out. */
const MAX_CHARS = 1024 * 1024;

/**
 * Asks a server for the tools that it offers now, over a connection of its own that is closed again.
 * @throws Refusal `unavailable` where it does not tell in time, `forbidden` where it wants of a run what `secrets` lacks
 */
export async function discoverTools(server: McpServerDefinition, secrets: RunSecrets, settings: McpSettings, deadlineMs = DEADLINE_MS): Promise<Discovered> {
  const headers = withSecrets(server.headers ?? {}, secrets);
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const connection = await McpConnection.open(server, headers, { ...settings, connectTimeoutMs: deadlineMs }, () => undefined);
    try {
      return discovered(server, await connection.list(signal));
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw problemOf(server.name, error);
  }
}

function discovered(server: McpServerDefinition, listed: Awaited<ReturnType<McpConnection['list']>>): Discovered {
  const tools: DiscoveredTool[] = [];
  const withheld: string[] = [];
  let chars = 0;
  for (const { name, description = '', inputSchema, annotations } of listed) {
    const known = knownAs(server, name);
    if (known === undefined) {
      // What the operator or another tenant keeps from agents is not for everybody to see.
      if (server.source === 'tenant') withheld.push(name.slice(0, 128));
      continue;
    }
    const { readOnlyHint, idempotentHint } = annotations ?? {};
    const tool = { name: known, tool: name, description, input_schema: inputSchema, read_only: readOnlyHint === true, idempotent: idempotentHint === true };
    chars += JSON.stringify(tool).length;
    if (chars > MAX_CHARS) return { tools, withheld, truncated: true };
    tools.push(tool);
  }
  return { tools, withheld, truncated: false };
}
