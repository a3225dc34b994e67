import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import type { RunRow } from './types.js';

interface Raw {
  id: string;
  principal: string;
  definition: string;
  request: string;
  awaited: string | null;
  usage: string;
  legs: string;
  parent_id: string | null;
  root_id: string;
  [column: string]: unknown;
}

const COLUMNS = `r.id, r.session_id, r.agent_id, r.agent, r.parent_id, r.root_id, r.depth, r.status, r.stop_reason, r.error, r.final_text,
  r.principal, r.definition, r.request, r.awaited, r.usage, r.legs, r.first_seq, r.created_at, r.completed_at,
  (SELECT p.agent_id FROM loom_runs p WHERE p.id = r.parent_id) AS parent_agent_id`;
const BY_ID = `SELECT ${COLUMNS} FROM loom_runs r WHERE r.id = ?`;
// The newest run of a handle: those that ended keep theirs.
const BY_AGENT_ID = `SELECT ${COLUMNS} FROM loom_runs r WHERE r.agent_id = ? ORDER BY r.status = 'running' DESC, r.created_at DESC LIMIT 1`;
const BY_CALL = `SELECT ${COLUMNS} FROM loom_runs r WHERE r.parent_id = ? AND r.parent_call = ?`;
const LIVE = `SELECT ${COLUMNS} FROM loom_runs r WHERE r.status = 'running' ORDER BY r.depth, r.created_at`;
const NEWEST = `SELECT ${COLUMNS} FROM loom_runs r
  WHERE (? IS NULL OR r.status = ?) AND (? IS NULL OR r.agent = ?) AND (? IS NULL OR r.session_id = ?)
  ORDER BY r.created_at DESC, r.id LIMIT ?`;

/** @throws Refusal `not_found` */
export function requireRun(db: ScopeDatabase, runId: string): RunRow {
  const row = findRun(db, runId);
  if (!row) throw new Refusal('not_found', `no run ${runId}`, { run_id: runId });
  return row;
}

export function findRun(db: ScopeDatabase, runId: string): RunRow | undefined {
  return parsed(db.get<Raw>(BY_ID, runId));
}

/** The live run of a handle, else the last that had it. */
export function findByAgentId(db: ScopeDatabase, agentId: string): RunRow | undefined {
  return parsed(db.get<Raw>(BY_AGENT_ID, agentId));
}

/** The child that a tool call began. */
export function findByCall(db: ScopeDatabase, parentId: string, call: string): RunRow | undefined {
  return parsed(db.get<Raw>(BY_CALL, parentId, call));
}

/** Whether something was said to a run that it has not heard. */
export function hasInput(db: ScopeDatabase, runId: string): boolean {
  return db.get('SELECT 1 FROM loom_run_inputs WHERE run_id = ? LIMIT 1', runId) !== undefined;
}

export function dropInputs(db: ScopeDatabase, runId: string): void {
  db.run('DELETE FROM loom_run_inputs WHERE run_id = ?', runId);
}

/** Parents before their children. */
export function liveRuns(db: ScopeDatabase): RunRow[] {
  return db.all<Raw>(LIVE).map((row) => parsed(row)!);
}

export interface RunFilter {
  readonly status?: string | undefined;
  readonly agent?: string | undefined;
  readonly session_id?: string | undefined;
  readonly limit: number;
}

/** Newest first. */
export function listRuns(db: ScopeDatabase, { status = undefined, agent, session_id: session, limit }: RunFilter): RunRow[] {
  const [by, of, inside] = [status ?? null, agent ?? null, session ?? null];
  return db.all<Raw>(NEWEST, by, by, of, of, inside, inside, limit).map((row) => parsed(row)!);
}

function parsed(row: Raw | undefined): RunRow | undefined {
  if (!row) return undefined;
  const { id, parent_id, root_id, principal, definition, request, awaited, usage, legs, ...rest } = row;
  return {
    run_id: id,
    parent_run_id: parent_id,
    root_run_id: root_id,
    principal: JSON.parse(principal),
    definition: JSON.parse(definition),
    request: JSON.parse(request),
    awaited: awaited === null ? null : JSON.parse(awaited),
    usage: JSON.parse(usage),
    legs: JSON.parse(legs),
    ...rest,
  } as RunRow;
}
