import { hash } from 'node:crypto';
import { Refusal } from '../errors.js';
import type { ScopeCall } from './messages.js';
import type { Transaction } from './transaction.js';

/** How long the answer of a write is kept for those who repeat it. */
const KEPT_NS = 24n * 3_600_000_000_000n;
/** Answers past that age that one write clears away, so that none has to clear away many. */
const CLEARED = 8;

const FIND = 'SELECT request, answer FROM loom_idempotency WHERE actor = ? AND key = ? AND at > ?';
const KEEP = 'INSERT OR REPLACE INTO loom_idempotency (actor, key, request, answer, at) VALUES (?, ?, ?, ?, ?)';
const CLEAR = `DELETE FROM loom_idempotency WHERE (actor, key) IN
  (SELECT actor, key FROM loom_idempotency WHERE at <= ? ORDER BY at LIMIT ${CLEARED})`;

/**
 * Runs a write that carries an idempotency key, once: a repeat by the same subject within 24 hours returns
 * the first answer and does nothing. The answer is kept in the transaction of the write. A refused write
 * changed nothing and is not kept: its repeat is judged anew.
 *
 * @throws Refusal `idempotency_mismatch` when the key came before with another tool or input.
 */
export function answerOnce(tx: Transaction, call: ScopeCall, key: string, work: () => string): string {
  const { actor } = call.author;
  const request = digestOf(call);
  const kept = tx.db.get<{ request: string; answer: string }>(FIND, actor, key, tx.at - KEPT_NS);
  if (kept) {
    if (kept.request === request) return kept.answer;
    throw new Refusal('idempotency_mismatch', `idempotency key ${JSON.stringify(key)} was used for another call: use a new key for each write`, {
      idempotency_key: key,
    });
  }
  const answer = work();
  tx.db.run(KEEP, actor, key, request, answer, tx.at);
  tx.db.run(CLEAR, tx.at - KEPT_NS);
  return answer;
}

function digestOf(call: ScopeCall): string {
  const { idempotency_key: _key, ...input } = JSON.parse(call.input) as Record<string, unknown>;
  return hash('sha256', JSON.stringify([call.tool, call.op, input], sortedKeys));
}

/** The same object in another order of keys is the same request. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
