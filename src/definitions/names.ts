import type { Transaction } from '../scope/transaction.js';
import type { DefiningAgent } from './grants.js';
import type { DefinitionKind } from './kinds.js';
import { covers } from './versions.js';

/** What a tenant's file knows of a name. Times are ISO. */
export interface DefinedName {
  readonly name: string;
  /** That of the active version; empty where none is. */
  readonly description: string;
  readonly version_count: number;
  readonly live_version_count: number;
  readonly latest_version: number;
  readonly active_def_id: string | null;
  /** Number of the active version. */
  readonly active_version: number | null;
  readonly active_retired: boolean;
  readonly last_updated: string;
}

interface Row extends Omit<DefinedName, 'active_retired' | 'last_updated'> {
  active_retired: number;
  last_ms: number;
}

const NAMES = `SELECT d.name, count(*) AS version_count, sum(1 - d.retired) AS live_version_count, max(d.version) AS latest_version,
  max(max(d.created_at), ifnull(a.updated_at, 0)) / 1000000 AS last_ms, a.def_id AS active_def_id,
  max(CASE WHEN d.def_id = a.def_id THEN d.version END) AS active_version,
  ifnull(max(CASE WHEN d.def_id = a.def_id THEN d.retired END), 0) AS active_retired,
  ifnull(max(CASE WHEN d.def_id = a.def_id THEN d.definition ->> '$.description' END), '') AS description
  FROM loom_definitions d LEFT JOIN loom_active_definitions a ON a.kind = d.kind AND a.name = d.name
  WHERE d.kind = ? GROUP BY d.name ORDER BY d.name`;

/** All names of a kind; for an agent those that its grants cover. */
export function listNames(tx: Transaction, kind: DefinitionKind, by?: DefiningAgent): DefinedName[] {
  const rows = tx.db.all<Row>(NAMES, kind).filter(({ name }) => !by || covers(tx, kind, name, by));
  return rows.map(({ active_retired, last_ms, ...row }) => ({ ...row, active_retired: active_retired === 1, last_updated: new Date(last_ms).toISOString() }));
}
