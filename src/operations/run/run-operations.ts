import { z } from 'zod';
import { serviceOperation, type Operation } from '../operation.js';
import { interrupt, MAX_SPAWNS, runResult, runState, runStatus, spawn, spawnInput, status } from './shapes.js';
import { collectStates, MAX_STATES, MAX_STATES_WAIT } from './states.js';

/** Runs of agents (reference: wire 1.2, 3.4; tools 13). */
export const RUN_TOOL = 'run';

const which = {
  run_id: z.string().optional().describe('Id of the run'),
  agent_id: z.string().optional().describe('Its handle, instead'),
};
const timeout = z.int().min(1).optional().describe('Milliseconds after which what has not ended is cancelled');
const nanoseconds = z.number().describe('Unix nanoseconds');
const stored = z.object({
  n: z.int(),
  run_id: z.string(),
  at: nanoseconds,
  kind: z.enum(['message', 'steer', 'summary']),
  message: z.object({ role: z.enum(['user', 'assistant', 'tool']), content: z.array(z.unknown()) }),
});

export const runOperations: readonly Operation[] = [
  serviceOperation(RUN_TOOL, 'runs:create', {
    op: 'spawn',
    summary: 'Begin a run of an agent and wait for its end',
    input: z.strictObject({ op: z.literal('spawn'), ...spawn, timeout_ms: timeout }),
    output: runResult,
    run: ({ runs }, call, { op: _op, timeout_ms, ...input }) => runs.spawn(call, input, timeout_ms),
  }),
  serviceOperation(RUN_TOOL, 'runs:create', {
    op: 'spawn_all',
    summary: 'Begin up to 32 runs and wait for all; the failure of one is its own',
    input: z.strictObject({
      op: z.literal('spawn_all'),
      spawns: z.array(spawnInput).min(1).max(MAX_SPAWNS),
      mode: z.literal('join').optional(),
      timeout_ms: timeout,
    }),
    output: z.object({ results: z.array(runResult), spawned: z.int() }),
    run: async ({ runs }, call, { spawns, timeout_ms }) => {
      const results = await runs.spawnAll(call, spawns, timeout_ms);
      return { results, spawned: results.filter((each) => each.run_id !== undefined).length };
    },
  }),
  serviceOperation(RUN_TOOL, 'runs:read', {
    op: 'get',
    summary: 'Tell how a run does',
    readOnly: true,
    input: z.strictObject({ op: z.literal('get'), ...which }),
    output: runStatus,
    run: ({ runs }, { principal }, input) => runs.get(principal, input),
  }),
  serviceOperation(RUN_TOOL, 'runs:read', {
    op: 'list',
    summary: 'List your runs, newest first',
    readOnly: true,
    input: z.strictObject({
      op: z.literal('list'),
      status: status.optional(),
      agent: z.string().optional(),
      session_id: z.string().optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    output: z.object({ runs: z.array(runStatus) }),
    run: async ({ runs }, { principal }, { op: _op, ...filter }) => ({ runs: await runs.list(principal, filter as never) }),
  }),
  serviceOperation(RUN_TOOL, 'runs:read', {
    op: 'states',
    summary: 'List changes of the states of your runs; with wait_ms wait until there are enough',
    readOnly: true,
    input: z.strictObject({
      op: z.literal('states'),
      statuses: z.array(status).max(16).optional().describe('Changes to these only'),
      agent: z.string().optional().describe('Changes of its runs only'),
      from_seq: z.int().min(0).optional().describe('Changes after this place of your log; without it those from now on'),
      max_events: z.int().min(1).max(MAX_STATES).default(16),
      wait_ms: z.int().min(0).max(MAX_STATES_WAIT).default(0).describe('Milliseconds to wait for them'),
    }),
    output: z.object({
      events: z.array(runState),
      count: z.int(),
      last_seq: z.int().describe('from_seq of the next call, so that none is missed between the two'),
      missed: z.boolean().describe('Whether some after from_seq are kept no more'),
    }),
    run: ({ runs, channels }, call, { op: _op, ...request }) => collectStates(channels.polls, runs, call, request),
  }),
  serviceOperation(RUN_TOOL, 'runs:create', {
    op: 'cancel',
    summary: 'End a run and all that it began',
    destructive: true,
    keyless: true,
    input: z.strictObject({ op: z.literal('cancel'), ...which, reason: z.string().max(1024).default('cancelled') }),
    output: z.object({
      cancelled: z.boolean(),
      agent_id: z.string(),
      run_id: z.string(),
      cascaded: z.array(z.string()).describe('Handles of the runs below it'),
      cancelled_count: z.int(),
      status,
      reason: z.string(),
    }),
    run: ({ runs }, { principal }, { reason, ...input }) => runs.cancel(principal, input, reason),
  }),
  serviceOperation(RUN_TOOL, 'runs:create', {
    op: 'input',
    summary: 'Say something to a run that is under way: it hears it before its next turn',
    input: z.strictObject({ op: z.literal('input'), ...which, text: z.string().min(1).max(1024 * 1024) }),
    output: z.object({ run_id: z.string(), delivered: z.boolean() }),
    run: ({ runs }, call, { text, ...input }) => runs.input(call, input, text),
  }),
  serviceOperation(RUN_TOOL, 'runs:create', {
    op: 'compact',
    summary: 'Have a run that waits for input summarise its conversation',
    keyless: true,
    input: z.strictObject({ op: z.literal('compact'), ...which }),
    output: z.object({ run_id: z.string(), compacted: z.boolean(), before_tokens: z.number(), after_tokens: z.number(), applied: z.enum(['live', 'noop']) }),
    run: ({ runs }, { principal }, input) => runs.compact(principal, input),
  }),
  serviceOperation(RUN_TOOL, 'runs:read', {
    op: 'transcript',
    summary: 'Read the conversation of a session, with its runs',
    readOnly: true,
    input: z.strictObject({ op: z.literal('transcript'), session_id: z.string() }),
    output: z.object({
      session: z.object({ id: z.string(), agent: z.string(), created_at: nanoseconds }),
      messages: z.array(stored),
      runs: z.array(runStatus),
    }),
    run: ({ runs }, { principal }, { session_id: id }) => runs.transcript(principal, id),
  }),
  serviceOperation(RUN_TOOL, 'runs:read', {
    op: 'interrupts',
    summary: 'List the questions of your runs to you, newest first',
    readOnly: true,
    input: z.strictObject({
      op: z.literal('interrupts'),
      run_id: z.string().optional(),
      status: z.enum(['pending', 'resolved', 'timed_out', 'cancelled', 'delivered']).optional(),
    }),
    output: z.object({ interrupts: z.array(interrupt), total: z.int() }),
    run: async ({ runs }, { principal }, { op: _op, ...filter }) => {
      const interrupts = await runs.interrupts(principal, filter);
      return { interrupts, total: interrupts.length };
    },
  }),
  serviceOperation(RUN_TOOL, 'runs:create', {
    op: 'resolve',
    summary: 'Answer a question of a run',
    keyless: true,
    input: z.strictObject({
      op: z.literal('resolve'),
      run_id: z.string(),
      interrupt_id: z.string(),
      answer: z.string().max(64 * 1024),
      kind: z.literal('question').optional(),
      resolved_by: z.enum(['webui', 'mcp', 'cli', 'api']).optional(),
    }),
    output: z.object({ interrupt_id: z.string(), status: z.literal('resolved'), resolved_at: nanoseconds }),
    run: async ({ runs }, call, { run_id, interrupt_id, answer, resolved_by = call.transport === 'mcp' ? 'mcp' : 'api' }) => {
      const { status: now, resolved_at } = await runs.resolve(call, { run_id, interrupt_id, answer, resolved_by });
      return { interrupt_id, status: now, resolved_at };
    },
  }),
];
