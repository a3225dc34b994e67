import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { requireRun } from './rows.js';
import { tell } from './store.js';

// Questions of runs to people: kept beside the run, asked once for each tool call, answered once.
//
//   pending ─▶ resolved | timed_out | cancelled          a notice is delivered at once

export type InterruptStatus = 'pending' | 'resolved' | 'timed_out' | 'cancelled' | 'delivered';

export interface Interrupt {
  readonly interrupt_id: string;
  readonly run_id: string;
  readonly kind: 'question' | 'notice';
  readonly status: InterruptStatus;
  readonly question: string;
  readonly options: readonly string[];
  readonly context_data?: unknown;
  readonly priority: 'low' | 'normal' | 'high';
  readonly answer: string | null;
  readonly resolved_by: string | null;
  /** Unix nanoseconds. */
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly resolved_at: number | null;
  readonly agent_id: string;
  readonly agent_name: string;
}

export interface NewInterrupt {
  readonly interrupt_id: string;
  readonly call_id: string;
  readonly kind: 'question' | 'notice';
  readonly question: string;
  readonly options: readonly string[];
  readonly context?: unknown;
  readonly priority: 'low' | 'normal' | 'high';
  readonly timeout_ms: number | null;
  readonly max_pending: number;
}

interface Raw extends Omit<Interrupt, 'options' | 'context_data' | 'interrupt_id'> {
  id: string;
  options: string;
  context: string | null;
}

/** System channels that tell of questions and answers (reference: tools 6.1, 8). */
const PENDING_TOPIC = '_system/interrupts/pending';
const RESOLVED_TOPIC = '_system/interrupts/resolved';

const SELECT = `SELECT i.id, i.run_id, i.kind, i.status, i.question, i.options, i.context, i.priority, i.answer, i.resolved_by,
  i.created_at, i.expires_at, i.resolved_at, r.agent_id, r.agent AS agent_name
  FROM loom_interrupts i JOIN loom_runs r ON r.id = i.run_id`;
const BY_ID = `${SELECT} WHERE i.id = ?`;
const BY_CALL = `${SELECT} WHERE i.run_id = ? AND i.call_id = ?`;
const LIST = `${SELECT} WHERE (? IS NULL OR i.run_id = ?) AND (? IS NULL OR i.status = ?) ORDER BY i.created_at DESC LIMIT 200`;
const PENDING = `SELECT count(*) AS n FROM loom_interrupts WHERE run_id = ? AND status = 'pending'`;
const INSERT = `INSERT INTO loom_interrupts (id, run_id, call_id, kind, status, question, options, context, priority, created_at, expires_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const END = 'UPDATE loom_interrupts SET status = ?, answer = ?, resolved_by = ?, resolved_at = ? WHERE id = ?';

/**
 * Asks, or gives back what the same tool call asked before.
 * @throws Refusal `busy` where too many questions of the run wait.
 */
export function ask(tx: Transaction, runId: string, asked: NewInterrupt): Interrupt {
  const { db } = tx;
  requireRun(db, runId);
  const before = parsed(db.get<Raw>(BY_CALL, runId, asked.call_id));
  if (before) return before;
  const { n } = db.get<{ n: number }>(PENDING, runId)!;
  if (asked.kind === 'question' && n >= asked.max_pending) {
    throw new Refusal('busy', `${n} questions of this run wait for their answers, and it may have ${asked.max_pending}: wait for one`, { pending: n });
  }
  const { interrupt_id: id, kind, question, options, context, priority } = asked;
  const expiresAt = asked.timeout_ms === null ? null : tx.at + BigInt(asked.timeout_ms) * 1_000_000n;
  db.run(INSERT, id, runId, asked.call_id, kind, kind === 'question' ? 'pending' : 'delivered', question, JSON.stringify(options),
    context === undefined ? null : JSON.stringify(context), priority, tx.at, expiresAt);
  const interruption = { interrupt_id: id, kind, question, options, priority, ...(context === undefined ? {} : { context }), ...(expiresAt === null ? {} : { expires_at: Number(expiresAt) }) };
  tell(tx, runId, { type: 'interruption_pending', interruption });
  tx.publish(PENDING_TOPIC, { run_id: runId, ...interruption });
  tx.audit('interrupt_ask', {});
  return requireInterrupt(tx, id);
}

/**
 * Answers a question.
 * @throws Refusal `not_found`, `interrupt_resolved`, `interrupt_expired`, `invalid_input`
 */
export function resolve(tx: Transaction, runId: string, id: string, answer: string, by: string): Interrupt {
  const interrupt = requireInterrupt(tx, id);
  if (interrupt.run_id !== runId) throw new Refusal('not_found', `no question ${id} of the run ${runId}`, { interrupt_id: id });
  const { status, options, expires_at: expires } = interrupt;
  if (status === 'timed_out' || (status === 'pending' && expires !== null && BigInt(expires) <= tx.at)) {
    throw new Refusal('interrupt_expired', 'the time to answer is over: the run went on without', { interrupt_id: id, expires_at: expires });
  }
  if (status !== 'pending') throw new Refusal('interrupt_resolved', `the question is ${status} already`, { interrupt_id: id, status, answer: interrupt.answer });
  if (answer.trim() === '') throw new Refusal('invalid_input', 'the answer is empty', { interrupt_id: id });
  if (options.length > 0 && !options.includes(answer)) {
    throw new Refusal('invalid_input', `answer with one of: ${options.join(', ')}`, { interrupt_id: id, options });
  }
  return end(tx, interrupt, 'resolved', answer, by);
}

/** Ends a question that nobody answered, where it is pending still. */
export function giveUp(tx: Transaction, id: string, status: 'timed_out' | 'cancelled'): Interrupt {
  const interrupt = requireInterrupt(tx, id);
  return interrupt.status === 'pending' ? end(tx, interrupt, status, null, status === 'timed_out' ? 'timeout' : 'agent_cancel') : interrupt;
}

export function requireInterrupt(tx: Transaction, id: string): Interrupt {
  const interrupt = parsed(tx.db.get<Raw>(BY_ID, id));
  if (!interrupt) throw new Refusal('not_found', `no question ${id}`, { interrupt_id: id });
  return interrupt;
}

/** Newest first, 200 at most. */
export function listInterrupts(tx: Transaction, runId: string | undefined, status: InterruptStatus | undefined): Interrupt[] {
  const [of, as] = [runId ?? null, status ?? null];
  return tx.db.all<Raw>(LIST, of, of, as, as).map((row) => parsed(row)!);
}

function end(tx: Transaction, { interrupt_id: id, run_id: runId }: Interrupt, status: InterruptStatus, answer: string | null, by: string): Interrupt {
  tx.db.run(END, status, answer, by, tx.at, id);
  tx.publish(RESOLVED_TOPIC, { run_id: runId, interrupt_id: id, status, answer, resolved_by: by });
  tx.audit('interrupt_resolve', {});
  return requireInterrupt(tx, id);
}

function parsed(row: Raw | undefined): Interrupt | undefined {
  if (!row) return undefined;
  const { id, options, context, ...rest } = row;
  return { interrupt_id: id, ...rest, options: JSON.parse(options) as string[], ...(context === null ? {} : { context_data: JSON.parse(context) as unknown }) };
}
