import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { dropInputs, requireRun } from './rows.js';
import { addProgress } from './store.js';

// What people say to a run that is under way. It is kept before it is acknowledged, and stays until the model hears it.

/** Inputs of one run that may wait to be heard. */
const MAX_WAITING = 16;

const COUNT = 'SELECT count(*) AS waiting, ifnull(max(n), 0) + 1 AS n FROM loom_run_inputs WHERE run_id = ?';
const NEW_INPUT = 'INSERT INTO loom_run_inputs (run_id, n, at, text) VALUES (?, ?, ?, ?)';
const INPUTS = 'SELECT text FROM loom_run_inputs WHERE run_id = ? ORDER BY n';

/** @throws Refusal `not_found`, `run_ended`, `busy` where too many wait already */
export function addInput(tx: Transaction, runId: string, text: string): { run_id: string; delivered: true } {
  const { status } = requireRun(tx.db, runId);
  if (status !== 'running') throw new Refusal('run_ended', `the run ${runId} has ended: ${status}`, { run_id: runId, status });
  const { waiting, n } = tx.db.get<{ waiting: number; n: number }>(COUNT, runId)!;
  if (waiting >= MAX_WAITING) throw new Refusal('busy', `${waiting} inputs wait until the run hears them: send this one later`, { run_id: runId, waiting });
  tx.db.run(NEW_INPUT, runId, n, tx.at, text);
  return { run_id: runId, delivered: true };
}

/** Puts what waits into the conversation, as messages of a user. @returns whether the run still runs, and these messages. */
export function takeInputs(tx: Transaction, runId: string): { running: boolean; texts: string[] } {
  const texts = tx.db.all<{ text: string }>(INPUTS, runId).map(({ text }) => text);
  dropInputs(tx.db, runId);
  const { running } = addProgress(tx, runId, {
    events: texts.map((text) => ({ type: 'steer', user_input: { text } })),
    messages: texts.map((text) => ({ kind: 'steer', message: { role: 'user', content: [{ type: 'text', text }] } })),
    ...(texts.length > 0 ? { awaited: null } : {}),
  });
  return { running, texts };
}
