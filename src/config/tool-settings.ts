import type { CodeSettings } from '../run-engine/code/code-thread.js';
import type { McpSettings } from '../run-engine/tools/mcp/connection.js';
import type { WebSettings } from '../run-engine/tools/web/page-client.js';
import type { Config } from './schema.js';

/** What of the configuration the tools of runs, and code agents, have to know. */
export interface ToolSettings {
  readonly web: WebSettings;
  readonly mcp: McpSettings;
  readonly code: Omit<CodeSettings, 'workerFile'>;
}

export function toolSettings({ web_fetch: web, mcp_client: mcp, code_agents: code }: Pick<Config, 'web_fetch' | 'mcp_client' | 'code_agents'>): ToolSettings {
  return {
    web: { allowPrivate: web.allow_private, maxBytes: web.max_bytes, timeoutMs: web.timeout },
    mcp: { connectTimeoutMs: mcp.connect_timeout, callTimeoutMs: mcp.call_timeout, idleMs: mcp.idle_close },
    code: { timeoutMs: code.timeout, memoryMb: code.max_memory_mb },
  };
}
