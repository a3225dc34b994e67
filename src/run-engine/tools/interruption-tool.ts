import { nanoid } from 'nanoid';
import { z } from 'zod';
import { Refusal } from '../../errors.js';
import type { Interrupt } from '../../runs/interrupts.js';
import { ownTool } from './own-tool.js';
import { json } from './tool.js';

const DEFAULT_MAX_PENDING = 8;

export interface InterruptionSettings {
  /** Milliseconds until a question that says nothing is given up, and the most that it may say; null: never. */
  readonly default_timeout_ms: number | null;
  readonly max_timeout_ms: number | null;
}

/** `Interruption`: asks a person and waits, or tells one something (reference: tools 8). */
export function interruptionTool(settings: InterruptionSettings) {
  return ownTool({
    name: 'Interruption',
    description:
      'ask: Ask the person for whom you work, and wait for the answer. Give options where the answers are known.\nnotify: Tell the person something without waiting.\ncancel: Take a question of yours back.',
    input: z.strictObject({
      op: z.enum(['ask', 'notify', 'cancel']),
      question: z.string().min(1).max(8192).optional().describe('For ask (required)'),
      message: z.string().min(1).max(8192).optional().describe('For notify (required)'),
      options: z.array(z.string().min(1).max(256)).max(16).optional().describe('For ask: the answers to choose from'),
      context: z.unknown().optional().describe('For ask: what the person needs to know to answer'),
      timeout_ms: z.int().min(1).optional().describe('For ask: how long to wait'),
      priority: z.enum(['low', 'normal', 'high']).default('normal'),
      interruption_id: z.string().optional().describe('For cancel (required)'),
    }),
    // The call names its question: the second time it finds what it asked.
    repeatable: true,
    async run({ op, question, message, options = [], context, timeout_ms, priority, interruption_id: id }, call, run) {
      const { interruption } = run.row.definition;
      const kind = op === 'notify' ? 'notice' : 'question';
      if (interruption?.enabled !== true) throw new Refusal('forbidden', 'this agent may not interrupt people: interruption.enabled of its definition says so');
      if (interruption.kinds && !interruption.kinds.includes(kind)) throw new Refusal('forbidden', `this agent may not send a ${kind}: its interruption.kinds has ${interruption.kinds.join(', ')}`);
      if (op === 'cancel') {
        if (id === undefined) throw new Refusal('missing_field', 'cancel: missing required field: interruption_id');
        return json(await cancelled(id, run.row.run_id, (name, input) => run.store(name, input)));
      }
      const text = op === 'ask' ? question : message;
      if (text === undefined) throw new Refusal('missing_field', `${op}: missing required field: ${op === 'ask' ? 'question' : 'message'}`);
      const interrupt = await run.ask({
        interrupt_id: `int_${nanoid()}`,
        call_id: call.id,
        kind,
        question: text,
        options,
        ...(context === undefined ? {} : { context }),
        priority,
        timeout_ms: op === 'ask' ? waitOf(timeout_ms, settings) : null,
        max_pending: interruption.max_pending ?? DEFAULT_MAX_PENDING,
      });
      return answerOf(interrupt);
    },
  });
}

function waitOf(asked: number | undefined, { default_timeout_ms: usual, max_timeout_ms: most }: InterruptionSettings): number | null {
  const wanted = asked ?? usual;
  if (most === null) return wanted;
  return Math.min(wanted ?? most, most);
}

function answerOf({ interrupt_id, status, answer, resolved_at, resolved_by, created_at }: Interrupt) {
  if (status === 'delivered') return json({ interrupt_id, status, created_at });
  if (status === 'resolved') return json({ interrupt_id, answer, resolved_at, resolved_by });
  const why = status === 'timed_out' ? 'nobody answered in time: go on without, or end and say what is open' : 'the question was taken back';
  return { output: JSON.stringify({ interrupt_id, status, error: why }), is_error: true };
}

async function cancelled(id: string, runId: string, store: <Result>(op: string, input: Record<string, unknown>) => Promise<Result>) {
  const before = await store<Interrupt>('interrupt', { interrupt_id: id });
  // A question of another run is as good as none (weakness R7 of the original).
  if (before.run_id !== runId) throw new Refusal('not_found', `no question ${id}`, { interrupt_id: id });
  const { status } = await store<Interrupt>('give_up', { interrupt_id: id, status: 'cancelled' });
  return { interrupt_id: id, status, was_pending: before.status === 'pending' };
}
