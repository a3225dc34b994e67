import { hasScope, type Principal } from '../../identity/principal.js';

/** Who may know a tool: whoever may call one of its ops, or administrators alone. */
export type Audience = 'tenant' | 'admin';

const TENANT = [
  'document', 'path', 'memory', 'channel', 'channeldef', 'context', 'outgoing_webhook',
  'agentdef', 'skilldef', 'mcpserverdef', 'scheduledef', 'webhookdef',
  'run', 'spawn_run', 'spawn_runs', 'cancel_run', 'get_run', 'list_runs', 'compact_run', 'stream_user_run_states',
  'register_agent', 'unregister_agent', 'list_agents', 'interruption_resolve',
  'register_hook', 'list_hooks', 'delete_hook',
  'publish_channel', 'subscribe_channel', 'peek_channel', 'ack_channel',
  'list_documents', 'search_documents', 'query_chunks', 'read_document', 'read_chunk', 'list_types', 'changes_since',
  'create_document', 'import_markdown', 'add_chunk', 'write_chunk', 'move_chunk', 'delete_chunk', 'link_chunks', 'unlink_chunks', 'define_type',
] as const; // prettier-ignore

const ADMIN = [
  'operatortokendef', 'list_channels', 'resolve_probe',
  'pause_runtime', 'resume_runtime', 'get_runtime_state',
  'create_snapshot', 'list_snapshots', 'get_snapshot', 'export_snapshot', 'restore_snapshot', 'delete_snapshot',
] as const; // prettier-ignore

/**
 * Every tool that MCP clients of the original know (reference: wire 3.2 to 3.6) and those of our own, whether or not
 * this build has the engine behind it: what may be known of a name does not depend on what is built in.
 */
export const AUDIENCES: ReadonlyMap<string, Audience> = new Map<string, Audience>([
  ...TENANT.map((tool): [string, Audience] => [tool, 'tenant']),
  ...ADMIN.map((tool): [string, Audience] => [tool, 'admin']),
]);

/** Whether a principal may know of a tool. One that nobody classified is for administrators only. */
export function mayKnow(principal: Principal, tool: string): boolean {
  return AUDIENCES.get(tool) === 'tenant' || hasScope(principal, 'substrate:admin');
}

/** JSON-RPC error of a tool that is hidden from who calls it. */
export const TOOL_FORBIDDEN = -32001;

/** Refuses a hidden tool. Not an `McpError`: that puts its code before the message, and clients of the original compare it. */
export class ForbiddenTool extends Error {
  readonly code = TOOL_FORBIDDEN;

  constructor(tool: string) {
    super(`${tool}: forbidden — requires substrate:admin`);
    this.name = 'ForbiddenTool';
  }
}
