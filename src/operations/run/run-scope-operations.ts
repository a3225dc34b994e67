import { z } from 'zod';
import { logChannel } from '../../channels/definition.js';
import { readAfter, type Page } from '../../channels/messages.js';
import { Refusal } from '../../errors.js';
import { ask, giveUp, listInterrupts, requireInterrupt, resolve, type NewInterrupt } from '../../runs/interrupts.js';
import { addInput, takeInputs } from '../../runs/inputs.js';
import { findByAgentId, listRuns, liveRuns, requireRun } from '../../runs/rows.js';
import { addProgress, createRun, finishRun, loadRun, messagesOf, requireSession, usedToday, type Ending, type Progress } from '../../runs/store.js';
import { STATES_TOPIC, type NewRun } from '../../runs/types.js';
import type { Transaction } from '../../scope/transaction.js';
import { internalOperations } from '../internal-operation.js';
import type { Operation } from '../operation.js';

/** The runtime's own operations on the runs of a scope. */
export const RUN_STORE_TOOL = '_run';

const internal = internalOperations(RUN_STORE_TOOL);
const status = z.string().optional();

export const runScopeOperations: readonly Operation[] = [
  internal('create', 'Begin a run', { run: z.custom<NewRun>() }, (tx, { run }) => createRun(tx, run)),
  internal('progress', 'Keep what a run did', { run_id: z.string(), progress: z.custom<Progress>() }, (tx, { run_id: id, progress }) => addProgress(tx, id, progress)),
  internal('finish', 'End a run', { run_id: z.string(), ending: z.custom<Ending>() }, (tx, { run_id: id, ending }) => finishRun(tx, id, ending)),
  internal('input', 'Keep what a run is told', { run_id: z.string(), text: z.string() }, (tx, { run_id: id, text }) => addInput(tx, id, text)),
  internal('take_inputs', 'Put what a run is told into its conversation', { run_id: z.string() }, (tx, { run_id: id }) => takeInputs(tx, id)),
  internal('load', 'Read all that a run needs to go on', { run_id: z.string() }, (tx, { run_id: id }) => loadRun(tx, id), true),
  internal('live', 'List the runs that have not ended, parents first', {}, (tx) => ({ runs: liveRuns(tx.db) }), true),
  internal('get', 'Read a run', { run_id: z.string() }, (tx, { run_id: id }) => requireRun(tx.db, id), true),
  internal('by_agent_id', 'Read the run of a handle', { agent_id: z.string() }, (tx, { agent_id: id }) => findByAgentId(tx.db, id) ?? null, true),
  internal(
    'list',
    'List runs, newest first',
    { status, agent: z.string().optional(), session_id: z.string().optional(), limit: z.int() },
    (tx, filter) => ({ runs: listRuns(tx.db, filter) }),
    true,
  ),
  internal('states', 'Read changes of state after a place, or the newest place', { after: z.int().nullable(), limit: z.int() }, (tx, { after, limit }) => statesAfter(tx, after, limit), true),
  internal('used', 'Read what the agents used today', {}, (tx) => ({ day: usedToday(tx) }), true),
  internal('session', 'Read a session', { session_id: z.string() }, (tx, { session_id: id }) => ({ session: requireSession(tx, id) }), true),
  internal(
    'transcript',
    'Read a session',
    { session_id: z.string() },
    (tx, { session_id: id }) => ({
      session: requireSession(tx, id),
      messages: messagesOf(tx, id),
      runs: listRuns(tx.db, { session_id: id, limit: 1000 }),
    }),
    true,
  ),
  internal('ask', 'Ask a person', { run_id: z.string(), asked: z.custom<NewInterrupt>() }, (tx, { run_id: id, asked }) => ask(tx, id, asked)),
  internal(
    'resolve',
    'Answer a question',
    { run_id: z.string(), interrupt_id: z.string(), answer: z.string(), resolved_by: z.string() },
    (tx, { run_id: run, interrupt_id: id, answer, resolved_by: by }) => resolve(tx, run, id, answer, by),
  ),
  internal('give_up', 'End a question without an answer', { interrupt_id: z.string(), status: z.enum(['timed_out', 'cancelled']) }, (tx, input) =>
    giveUp(tx, input.interrupt_id, input.status),
  ),
  internal('interrupt', 'Read a question', { interrupt_id: z.string() }, (tx, { interrupt_id: id }) => requireInterrupt(tx, id), true),
  internal(
    'interrupts',
    'List questions',
    { run_id: z.string().optional(), status },
    (tx, { run_id: id, status: of }) => ({ interrupts: listInterrupts(tx, id, of as never) }),
    true,
  ),
];

function statesAfter(tx: Transaction, after: number | null, limit: number): Page {
  const { head } = tx;
  if (after === null) return { messages: [], upto: head, more: false };
  if (after > head) throw new Refusal('cursor_ahead', `seq ${after} is past the newest event, ${head}: go on from there`, { head });
  return readAfter(tx, logChannel(STATES_TOPIC, 'user'), after, true, limit);
}
