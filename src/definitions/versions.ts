import { newId } from '../documents/ids.js';
import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { isGranted, type DefiningAgent } from './grants.js';
import { ID_PREFIX, NOUN, TOOL_OF, type DefinitionKind } from './kinds.js';

// Versions of what was defined at run time: rows of the tenant's definitions file. A version never changes but
// in whether it is retired; which of a name's versions is active stands apart.

/** A version as the file has it. Times are ISO. */
export interface Version {
  readonly def_id: string;
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly version: number;
  readonly parent_def_id: string | null;
  readonly description: string;
  readonly created_at: string;
  readonly created_by: string;
  readonly created_by_agent_id: string | null;
  readonly retired: boolean;
  readonly bootstrapped_from_static: boolean;
  readonly content_sha256: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly active: boolean;
}

/** A version that is to be. */
export interface NewVersion {
  readonly name: string;
  readonly description: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly content_sha256: string;
  readonly parent_def_id?: string | null;
  readonly bootstrapped?: boolean;
}

/** Versions that a tenant has of a kind at most: what writes them may be a model in a loop. */
export const MAX_VERSIONS = 10_000;

interface Row extends Omit<Version, 'definition' | 'retired' | 'bootstrapped_from_static' | 'created_at' | 'created_by_agent_id' | 'active'> {
  definition: string;
  retired: number;
  bootstrapped: number;
  created_ms: number;
  created_by_agent: string | null;
  active: number;
}

const SELECT = `SELECT d.def_id, d.kind, d.name, d.version, d.parent_def_id, d.description, d.definition, d.content_sha256, d.created_at / 1000000 AS created_ms,
  d.created_by, d.created_by_agent, d.retired, d.bootstrapped, a.def_id IS NOT NULL AS active
  FROM loom_definitions d LEFT JOIN loom_active_definitions a ON a.kind = d.kind AND a.name = d.name AND a.def_id = d.def_id`;
const BY_ID = `${SELECT} WHERE d.def_id = ? AND d.kind = ?`;
const OF_NAME = `${SELECT} WHERE d.kind = ? AND d.name = ? ORDER BY d.version DESC`;
const ACTIVE = `${SELECT} WHERE d.kind = ? AND d.name = ? AND a.def_id IS NOT NULL`;
const BOOTSTRAPPED = `${SELECT} WHERE d.kind = ? AND d.name = ? AND d.bootstrapped AND d.content_sha256 = ? ORDER BY d.version DESC LIMIT 1`;
const COUNT = 'SELECT count(*) AS count FROM loom_definitions WHERE kind = ?';
const LATEST = 'SELECT ifnull(max(version), 0) AS version FROM loom_definitions WHERE kind = ? AND name = ?';
const ORIGIN = 'SELECT created_by_agent FROM loom_definitions WHERE kind = ? AND name = ? AND version = 1';
const INSERT = `INSERT INTO loom_definitions (def_id, kind, name, version, parent_def_id, description, definition, content_sha256, created_at,
  created_by, created_by_agent, bootstrapped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const ACTIVATE = `INSERT INTO loom_active_definitions (kind, name, def_id, updated_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (kind, name) DO UPDATE SET def_id = excluded.def_id, updated_at = excluded.updated_at`;
const RETIRE = 'UPDATE loom_definitions SET retired = ? WHERE def_id = ?';

function toVersion({ definition, retired, bootstrapped, created_ms, created_by_agent, active, ...row }: Row): Version {
  return {
    ...row,
    created_at: new Date(created_ms).toISOString(),
    created_by_agent_id: created_by_agent,
    retired: retired === 1,
    bootstrapped_from_static: bootstrapped === 1,
    definition: JSON.parse(definition) as Record<string, unknown>,
    active: active === 1,
  };
}

export function activeVersion(tx: Transaction, kind: DefinitionKind, name: string): Version | undefined {
  const row = tx.db.get<Row>(ACTIVE, kind, name);
  return row && toVersion(row);
}

/** What a name stands for in this tenant. @throws Refusal `not_found`, `forbidden` */
export function requireActiveVersion(tx: Transaction, kind: DefinitionKind, name: string, by: DefiningAgent | undefined): Version {
  requireGranted(tx, kind, name, by);
  const active = activeVersion(tx, kind, name);
  if (active) return active;
  throw new Refusal('not_found', `your tenant has no ${NOUN[kind]} ${name} in use: ${TOOL_OF[kind]} names tells which there are`, { name });
}

export function findVersion(tx: Transaction, kind: DefinitionKind, defId: string): Version | undefined {
  const row = tx.db.get<Row>(BY_ID, defId, kind);
  return row && toVersion(row);
}

/** A version by its id. @throws Refusal `not_found`, also where an agent has no grant for it: it is not told what there is. */
export function getVersion(tx: Transaction, kind: DefinitionKind, defId: string, by?: DefiningAgent): Version {
  const found = findVersion(tx, kind, defId);
  if (found && (!by || covers(tx, kind, found.name, by))) return found;
  throw noVersion(kind, defId);
}

export function noVersion(kind: DefinitionKind, defId: string): Refusal {
  return new Refusal('not_found', `there is no version ${JSON.stringify(defId)} of any ${NOUN[kind]}: ${TOOL_OF[kind]} list tells those of a name`, { def_id: defId });
}

/** The newest first. */
export function listVersions(tx: Transaction, kind: DefinitionKind, name: string, by?: DefiningAgent): Version[] {
  requireGranted(tx, kind, name, by);
  return tx.db.all<Row>(OF_NAME, kind, name).map(toVersion);
}

/** The version that a new one would be after, where it is the same as the active one. */
export function sameAsActive(tx: Transaction, kind: DefinitionKind, { name, content_sha256 }: NewVersion): Version | undefined {
  const active = activeVersion(tx, kind, name);
  return active && !active.retired && active.content_sha256 === content_sha256 ? active : undefined;
}

/** @throws Refusal `definition_limit` */
export function addVersion(tx: Transaction, kind: DefinitionKind, next: NewVersion): Version {
  const { count } = tx.db.get<{ count: number }>(COUNT, kind)!;
  if (count >= MAX_VERSIONS) {
    throw new Refusal('definition_limit', `your tenant has ${count} versions of ${NOUN[kind]}s, and more are not kept`, { limit: MAX_VERSIONS });
  }
  const { name, description, definition, content_sha256, parent_def_id = null, bootstrapped = false } = next;
  const def_id = `${ID_PREFIX[kind]}${newId()}`;
  const version = Number(tx.db.get<{ version: number }>(LATEST, kind, name)!.version) + 1;
  const { actor, agent } = tx.author;
  tx.db.run(
    INSERT, def_id, kind, name, version, parent_def_id, description, JSON.stringify(definition), content_sha256, tx.at, actor, agent, Number(bootstrapped),
  );
  return findVersion(tx, kind, def_id)!;
}

/** The version that keeps what the configuration says of a name now; made where there is none yet. */
export function bootstrap(tx: Transaction, kind: DefinitionKind, configured: NewVersion): Version {
  const row = tx.db.get<Row>(BOOTSTRAPPED, kind, configured.name, configured.content_sha256);
  return row ? toVersion(row) : addVersion(tx, kind, { ...configured, bootstrapped: true });
}

/** @param expected id of the version that was seen as the active one, null where none was; undefined where nobody looked. @throws Refusal `revision_conflict` */
export function requireActive(tx: Transaction, kind: DefinitionKind, name: string, expected: string | null | undefined): void {
  if (expected === undefined) return;
  const active = activeVersion(tx, kind, name);
  if ((active?.def_id ?? null) === expected) return;
  const now = active ? `${active.def_id}, version ${active.version}` : 'none';
  throw new Refusal('revision_conflict', `the active version of ${name} is ${now}, not ${expected ?? 'none'}: look at it, and try again`, {
    name,
    active_def_id: active?.def_id ?? null,
    // What a server is told may be secret.
    current: active && kind === 'mcp_server' ? { ...active, definition: undefined } : (active ?? null),
  });
}

export function activate(tx: Transaction, { kind, name, def_id }: Version): void {
  tx.db.run(ACTIVATE, kind, name, def_id, tx.at);
}

export function setRetired(tx: Transaction, { def_id }: Version, retired: boolean): void {
  tx.db.run(RETIRE, Number(retired), def_id);
}

/** @throws Refusal `forbidden` where an agent has no grant for the name. */
export function requireGranted(tx: Transaction, kind: DefinitionKind, name: string, by: DefiningAgent | undefined): void {
  if (!by || covers(tx, kind, name, by)) return;
  throw notGranted(kind, name, by);
}

export function notGranted(kind: DefinitionKind, name: string, { agent }: DefiningAgent): Refusal {
  const key = { agent: 'agent_def_scopes', skill: 'skill_def_scopes', mcp_server: 'mcp_server_def_scopes' }[kind];
  return new Refusal('forbidden', `agent ${agent} may not use ${TOOL_OF[kind]} on ${name}: its ${key} must cover it`, { name, grant: key });
}

export function covers(tx: Transaction, kind: DefinitionKind, name: string, { agent, grants, elsewhere }: DefiningAgent): boolean {
  return isGranted(grants, {
    name,
    isSelf: kind === 'agent' && name === agent,
    // A name that nobody has is the agent's as soon as it takes it.
    isDescendant: () => (exists(tx, kind, name) ? descends(tx, kind, name, agent) : !elsewhere.includes(name)),
  });
}

export function exists(tx: Transaction, kind: DefinitionKind, name: string): boolean {
  return tx.db.get(ORIGIN, kind, name) !== undefined;
}

/** Whether a name comes from an agent: it made its first version, or an agent did that comes from it. */
function descends(tx: Transaction, kind: DefinitionKind, name: string, from: string): boolean {
  const seen = new Set<string>();
  const waiting: [DefinitionKind, string][] = [[kind, name]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [ofKind, ofName] = next;
    if (seen.has(`${ofKind} ${ofName}`)) continue;
    seen.add(`${ofKind} ${ofName}`);
    const maker = tx.db.get<{ created_by_agent: string | null }>(ORIGIN, ofKind, ofName)?.created_by_agent;
    if (maker === from) return true;
    if (typeof maker === 'string') waiting.push(['agent', maker]);
  }
  return false;
}
