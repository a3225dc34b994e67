import type { Origin, Problem } from './error.js';
import { pathText, toValue, type Entry, type MappingNode, type Path } from './tree.js';

/**
 * Keys of the Go original for parts that this runtime does not have (reference: wire 4.5, 4.6). A configuration
 * written for it loads; they have no effect. The key of each list is a path, `*` stands for any name.
 */
export const FOREIGN_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'volumes',
    'scheduled_runs',
    'webhooks',
    'hooks',
    'context_plugins',
    'memory_backends',
    'cache',
    'local_api',
    'a2a_server_cards',
    'a2a_agents',
  ],
  'agents.*': [
    'compaction',
    'volumes',
    'providers',
    'models',
    'memory_quota_bytes',
    'sql_quota_bytes',
    'memory_backend',
    'schedule_def_scopes',
    'a2a_server_card_def_scopes',
    'a2a_agent_def_scopes',
    'volume_def_scopes',
    'evaluation_scopes',
    'history_scope',
    'disable_context',
    'retry_attempts',
  ],
  'mcp_servers.*': ['pool_size'],
  'channels.*': ['period'],
  memory: ['embedder', 'entries'],
  storage: [
    'backend',
    'pg_dsn',
    'pg_max_open_conns',
    'pg_min_idle_conns',
    'pg_automigrate',
    'sqlmem_enabled',
    'sqlmem_root',
    'sqlmem_quota_bytes',
    'sqlmem_statement_timeout_ms',
    'sqlmem_max_rows',
    'sqlmem_audit_mode',
    'sqlmem_pg_dsn',
    'sqlmem_txn_timeout_ms',
    'sqlmem_max_open_txns',
    'sqlmem_max_txn_depth',
    'sqlmem_scope_ttl_ms',
    'sqlmem_gc_interval_ms',
    'sqlmem_total_max_bytes',
    'sqlmem_snapshot_max_scope_bytes',
    'sqlmem_shared_schemas',
  ],
  interruption: ['backend', 'max_pending_per_run', 'heartbeat_interval_ms'],
};

/** Limits that are 0 in the original where there are none. */
const NO_LIMIT_KEYS: readonly string[] = ['default_ttl', 'max_messages'];

/** Whether the original has such a key at a place; of the `a2a_*` ones every name counts. */
function isForeign(place: string, key: string): boolean {
  if (FOREIGN_KEYS[place]?.includes(key)) return true;
  return (place === '' && /^a2a_/.test(key)) || (place === 'agents.*' && /^a2a_\w+_def_scopes$/.test(key));
}

/** The tree without keys of the original, with a warning for each mapping that had some. */
export function dropForeign(tree: MappingNode, warnings: Problem[], path: Path = []): MappingNode {
  const entries = new Map<string, Entry>();
  const dropped: [string, Entry][] = [];
  for (const [key, entry] of tree.entries) {
    if (placeOf(path) === 'channels.*' && NO_LIMIT_KEYS.includes(key) && toValue(entry.node) === 0) continue;
    if (isForeign(placeOf(path), key)) dropped.push([key, entry]);
    else if (entry.node.kind !== 'mapping') entries.set(key, entry);
    else entries.set(key, { ...entry, node: dropForeign(entry.node, warnings, [...path, key]) });
  }
  for (const { keys, origin } of byFile(dropped)) {
    const where = path.length === 0 ? '' : `${pathText(path)}: `;
    warnings.push({ origin, message: `${where}this runtime does not have ${keys.join(', ')}: no effect` });
  }
  return { ...tree, entries };
}

function placeOf(path: Path): string {
  return path.map((step, at) => (at === 1 ? '*' : step)).join('.');
}

/** The keys of each file, and where the first stands. */
function byFile(dropped: readonly [string, Entry][]): { keys: string[]; origin: Origin }[] {
  const groups = new Map<string, { keys: string[]; origin: Origin }>();
  for (const [key, { key: origin }] of dropped) {
    const group = groups.get(origin.file);
    if (group) group.keys.push(key);
    else groups.set(origin.file, { keys: [key], origin });
  }
  return [...groups.values()];
}
