import { Refusal } from '../errors.js';
import type { Message } from '../models/model.js';
import type { Transaction } from '../scope/transaction.js';
import { dropInputs, findByCall, findRun, hasInput, requireRun } from './rows.js';
import { NO_USAGE, runTopic, STATES_TOPIC, type Awaited, type CallRecord, type Leg, type LoadedRun, type NewRun, type RunEvent, type RunRow, type RunStatus, type RunUsage, type StopReason, type StoredMessage } from './types.js';

// The scope side of a run: what the engine keeps, in the transaction that tells of it.

/** How deep runs may begin others; a run that a client began is at 0 (reference: tools 13.4). */
const MAX_DEPTH = 3;

const SESSION = 'SELECT agent FROM loom_sessions WHERE id = ?';
const NEW_SESSION = 'INSERT INTO loom_sessions (id, agent, created_at) VALUES (?, ?, ?)';
const LIVE_OF_SESSION = `SELECT id FROM loom_runs WHERE session_id = ? AND status = 'running' LIMIT 1`;
const LIVE_OF_AGENT_ID = `SELECT id FROM loom_runs WHERE agent_id = ? AND status = 'running'`;
const NEW_RUN = `INSERT INTO loom_runs (id, session_id, agent_id, agent, parent_id, parent_call, root_id, depth, status, principal, definition, request, usage, legs, first_seq, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, '[]', ?, ?)`;
const NEXT_N = 'SELECT ifnull(max(n), 0) + 1 AS n FROM loom_run_messages WHERE session_id = ?';
const NEW_MESSAGE = 'INSERT INTO loom_run_messages (session_id, n, run_id, at, kind, message) VALUES (?, ?, ?, ?, ?, ?)';
const MESSAGES = 'SELECT n, run_id, at, kind, message FROM loom_run_messages WHERE session_id = ? ORDER BY n';
const CALLS = 'SELECT id, result FROM loom_run_calls WHERE run_id = ?';
const CALL = 'INSERT INTO loom_run_calls (run_id, id, result) VALUES (?, ?, ?) ON CONFLICT (run_id, id) DO UPDATE SET result = excluded.result';
const NO_CALLS = 'DELETE FROM loom_run_calls WHERE run_id = ?';
const PROGRESS = 'UPDATE loom_runs SET usage = ?, awaited = ? WHERE id = ?';
const FINISH = 'UPDATE loom_runs SET status = ?, stop_reason = ?, error = ?, final_text = ?, legs = ?, awaited = NULL, completed_at = ? WHERE id = ?';
const CANCEL_QUESTIONS = `UPDATE loom_interrupts SET status = 'cancelled', resolved_at = ?, resolved_by = 'agent_cancel' WHERE run_id = ? AND status = 'pending'`;
const ADD_USAGE = `INSERT INTO loom_run_usage (day, agent, tokens, cost_usd) VALUES (?, ?, ?, ?)
  ON CONFLICT (day, agent) DO UPDATE SET tokens = tokens + excluded.tokens, cost_usd = cost_usd + excluded.cost_usd`;
const USED = 'SELECT agent, tokens, cost_usd FROM loom_run_usage WHERE day = ?';
const DESCENDANTS = `WITH RECURSIVE below (id, usage, legs) AS (
  SELECT id, usage, legs FROM loom_runs WHERE parent_id = ? UNION ALL SELECT r.id, r.usage, r.legs FROM loom_runs r JOIN below b ON r.parent_id = b.id)`;
const BELOW = `${DESCENDANTS} SELECT ifnull(sum(usage ->> 'input_tokens' + usage ->> 'output_tokens' + usage ->> 'cache_creation_input_tokens' + usage ->> 'cache_read_input_tokens'), 0) AS tokens,
  ifnull(sum(usage ->> 'cost_usd'), 0.0) AS cost_usd FROM below`;
const LEGS = `${DESCENDANTS} SELECT j.value AS leg FROM below, json_each(below.legs) j
  UNION SELECT j.value FROM loom_runs r, json_each(r.legs) j WHERE r.session_id = ?`;
const DAY_NS = 86_400_000_000_000n;

/** Tokens and US dollars of a day. */
export interface DayUse {
  readonly agent: string;
  readonly tokens: number;
  readonly cost_usd: number;
}

/**
 * Begins a run. One of the same id, or a child that the same call of its parent began before, is given back
 * instead: that is a repeat.
 * @throws Refusal `not_found`, `session_busy`, `agent_id_in_use`, `too_deep`
 */
export function createRun(tx: Transaction, fresh: NewRun): RunRow {
  const { db } = tx;
  const known = findRun(db, fresh.run_id);
  if (known) return known;
  const { run_id: id, session_id: session, agent_id: agentId, parent_run_id: parentId, parent_call: call, definition } = fresh;
  if (parentId !== null) {
    const before = findByCall(db, parentId, call!);
    if (before) return before;
  }
  const parent = parentId === null ? undefined : requireRun(db, parentId);
  if (parent && parent.status !== 'running') throw new Refusal('not_found', `the run ${parentId} has ended: it begins no others`, { run_id: parentId });
  const depth = parent ? parent.depth + 1 : 0;
  if (depth > MAX_DEPTH) throw new Refusal('too_deep', `runs begin others ${MAX_DEPTH} levels deep: do this step yourself`, { max_depth: MAX_DEPTH });
  if (db.get(LIVE_OF_AGENT_ID, agentId)) throw new Refusal('agent_id_in_use', `a live run has the agent_id ${agentId}`, { agent_id: agentId });
  if (fresh.new_session) db.run(NEW_SESSION, session, definition.name, tx.at);
  else {
    if (!db.get(SESSION, session)) throw new Refusal('not_found', `no session ${session}`, { session_id: session });
    const busy = db.get<{ id: string }>(LIVE_OF_SESSION, session);
    if (busy) throw new Refusal('session_busy', `the session ${session} has a live run, ${busy.id}: wait for its end, or steer it with input`, { run_id: busy.id });
  }
  db.run(NEW_RUN, id, session, agentId, definition.name, parentId, call, parent?.root_run_id ?? id, depth,
    JSON.stringify(fresh.principal), JSON.stringify(definition), JSON.stringify(fresh.request), JSON.stringify(NO_USAGE), tx.head + 1, tx.at);
  addMessage(tx, session, id, 'message', { role: 'user', content: fresh.input });
  tell(tx, id, { type: 'started', agent: definition.name, agent_id: agentId, session_id: session, parent_agent_id: parent?.agent_id ?? null });
  tx.audit('run_start', {});
  const row = requireRun(db, id);
  tellState(tx, row);
  return row;
}

/** What a running run adds. */
export interface Progress {
  readonly events?: readonly RunEvent[];
  readonly messages?: readonly { kind: StoredMessage['kind']; message: Message }[];
  /** Tool calls that begin or end. */
  readonly calls?: readonly CallRecord[];
  /** All calls of the turn are in a message now. */
  readonly turnOver?: boolean;
  /** The run's use, all told, and what of it is new. */
  readonly usage?: { readonly total: RunUsage; readonly tokens: number; readonly cost_usd: number };
  readonly awaited?: Awaited | null;
}

/** @returns whether the run still runs: nothing was kept where it does not. */
export function addProgress(tx: Transaction, runId: string, progress: Progress): { running: boolean; day: DayUse[] } {
  const { db } = tx;
  const row = requireRun(db, runId);
  if (row.status !== 'running') return { running: false, day: [] };
  for (const { kind, message } of progress.messages ?? []) addMessage(tx, row.session_id, runId, kind, message);
  for (const { id, result } of progress.calls ?? []) db.run(CALL, runId, id, result === null ? null : JSON.stringify(result));
  if (progress.turnOver) db.run(NO_CALLS, runId);
  const { usage, awaited = row.awaited } = progress;
  const day = tx.at / DAY_NS;
  if (usage) db.run(ADD_USAGE, day, row.agent, usage.tokens, usage.cost_usd);
  const waits = awaited === null ? null : JSON.stringify(awaited);
  if (usage || awaited !== row.awaited) db.run(PROGRESS, JSON.stringify(usage?.total ?? row.usage), waits, runId);
  for (const event of progress.events ?? []) tell(tx, runId, event);
  if (awaited !== row.awaited && JSON.stringify(row.awaited) !== waits) tellState(tx, requireRun(db, runId));
  return { running: true, day: usage ? usedOn(tx, day) : [] };
}

/** What the agents of this scope used today. */
export function usedToday(tx: Transaction): DayUse[] {
  return usedOn(tx, tx.at / DAY_NS);
}

function usedOn(tx: Transaction, day: bigint): DayUse[] {
  return tx.db.all<DayUse>(USED, day);
}

export interface Ending {
  readonly status: Exclude<RunStatus, 'running'>;
  readonly stop_reason: StopReason;
  readonly error?: string;
  readonly final_text?: string;
  readonly legs: readonly Leg[];
  readonly events?: readonly RunEvent[];
}

/** Ends a run; one that has ended stays as it ended, and one that would be complete goes on where an input waits to be heard. */
export function finishRun(tx: Transaction, runId: string, { status, stop_reason: reason, error, final_text: text, legs, events = [] }: Ending): RunRow {
  const { db } = tx;
  const row = requireRun(db, runId);
  if (row.status !== 'running') return row;
  if (status === 'completed' && hasInput(db, runId)) return row;
  for (const event of events) tell(tx, runId, event);
  if (error !== undefined) tell(tx, runId, { type: 'error', error });
  db.run(FINISH, status, reason, error ?? null, text ?? null, JSON.stringify(legs), tx.at, runId);
  db.run(NO_CALLS, runId);
  dropInputs(db, runId);
  db.run(CANCEL_QUESTIONS, tx.at, runId);
  tell(tx, runId, { type: 'done', status, stop_reason: reason, usage: row.usage });
  tx.audit('run_end', {});
  const ended = requireRun(db, runId);
  tellState(tx, ended);
  return ended;
}

export function loadRun(tx: Transaction, runId: string): LoadedRun {
  const run = requireRun(tx.db, runId);
  const calls = tx.db.all<{ id: string; result: string | null }>(CALLS, runId);
  return {
    run,
    before: {
      ...tx.db.get<{ tokens: number; cost_usd: number }>(BELOW, runId)!,
      legs: tx.db.all<{ leg: Leg }>(LEGS, runId, run.session_id).map(({ leg }) => leg),
    },
    messages: messagesOf(tx, run.session_id),
    calls: calls.map(({ id, result }) => ({ id, result: result === null ? null : (JSON.parse(result) as CallRecord['result']) })),
  };
}

/** Messages of a session, oldest first, those that a summary stands for too. */
export function messagesOf(tx: Transaction, sessionId: string): StoredMessage[] {
  return tx.db
    .all<{ n: number; run_id: string; at: number; kind: StoredMessage['kind']; message: string }>(MESSAGES, sessionId)
    .map(({ message, ...rest }) => ({ ...rest, message: JSON.parse(message) as Message }));
}

export function requireSession(tx: Transaction, id: string): { id: string; agent: string; created_at: number } {
  const session = tx.db.get<{ id: string; agent: string; created_at: number }>('SELECT id, agent, created_at FROM loom_sessions WHERE id = ?', id);
  if (!session) throw new Refusal('not_found', `no session ${id}`, { session_id: id });
  return session;
}

/** Adds an event to the log of a run. */
export function tell(tx: Transaction, runId: string, event: RunEvent): void {
  tx.publish(runTopic(runId), { ...event });
}

function tellState(tx: Transaction, row: RunRow): void {
  const { run_id, agent_id, session_id, agent: name, parent_run_id, status, stop_reason, awaited } = row;
  tx.publish(STATES_TOPIC, { run_id, agent_id, session_id, agent_name: name, parent_run_id, status, stop_reason, awaited });
}

function addMessage(tx: Transaction, session: string, runId: string, kind: StoredMessage['kind'], message: Message): void {
  const { n } = tx.db.get<{ n: number }>(NEXT_N, session)!;
  tx.db.run(NEW_MESSAGE, session, n, runId, tx.at, kind, JSON.stringify(message));
}

/** Whether a run is there and runs. */
export function isLive(tx: Transaction, runId: string): boolean {
  return findRun(tx.db, runId)?.status === 'running';
}
