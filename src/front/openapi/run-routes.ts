import { z } from 'zod';
import { findOperation } from '../../operations/registry.js';
import { RUN_TOOL } from '../../operations/run/run-operations.js';
import { runStatus, spawn, status, turn } from '../../operations/run/shapes.js';
import type { RouteDescription } from './routes.js';

const { shape: interruptsOut } = findOperation(RUN_TOOL, 'interrupts').output as z.ZodObject;
const ofOriginal = {
  user_id: z.string().optional().describe('Yourself; another one is refused'),
  tenant_id: z.string().optional().describe('Your tenant; another one is refused'),
};
const events = { description: 'Server-sent events, up to the end of the run.', type: 'text/event-stream', schema: z.string() };
const oneStatus = z.union([status, z.literal('all')]).optional();

/** A route that is an op of the tool `run`, of which the path or the query say these fields. */
function route(op: string, given: readonly string[], refused: readonly number[], more: Partial<RouteDescription> = {}): RouteDescription {
  const { summary, input, output } = findOperation(RUN_TOOL, op);
  const fields = Object.entries(input.shape).filter(([name]) => !['op', ...given].includes(name));
  const body = more.query || fields.length === 0 ? {} : { body: z.strictObject(Object.fromEntries(fields)) };
  return { summary, tag: RUN_TOOL, ...body, responses: { 200: { description: 'The answer.', schema: output } }, refused, ...more };
}

/** Routes of runs, by path and method. */
export const RUN_ROUTES: Readonly<Record<string, Readonly<Record<string, RouteDescription>>>> = {
  '/v1/runs': {
    POST: {
      summary: 'Begin a run of an agent and stream it',
      tag: RUN_TOOL,
      body: z.strictObject({ ...spawn, ...ofOriginal }),
      responses: { 200: events },
      refused: [400, 403, 404, 409, 413, 415, 429, 503],
    },
  },
  '/v1/runs:batch': { POST: route('spawn_all', [], [400, 403, 413, 415]) },
  '/v1/runs/{run_id}/stream': {
    GET: {
      summary: 'Read the events of a run again and follow it on; the header Last-Event-ID goes before `from_seq`',
      tag: RUN_TOOL,
      query: { from_seq: z.int().min(0).optional().describe('seq of the last event that is known; 0 for all of them') },
      responses: { 200: events },
      refused: [400, 403, 404],
    },
  },
  '/v1/runs/{run_id}/input': { POST: route('input', ['run_id', 'agent_id'], [400, 403, 404, 413, 415]) },
  '/v1/runs/{run_id}/compact': { POST: route('compact', ['run_id', 'agent_id'], [403, 404, 409]) },
  '/v1/runs/{run_id}/interrupts': {
    GET: route('interrupts', ['run_id'], [400, 403], { query: { status: z.string().optional().describe('pending, resolved, timed_out, cancelled or delivered') } }),
  },
  '/v1/runs/{run_id}/interrupts/{interrupt_id}/resolve': { POST: route('resolve', ['run_id', 'interrupt_id'], [400, 403, 404, 409, 410, 413, 415]) },
  '/v1/sessions/{session_id}/transcript': { GET: route('transcript', ['session_id'], [403, 404]) },
  '/v1/sessions/{session_id}/messages': {
    POST: {
      summary: 'Take a session further with a run, and stream it',
      tag: RUN_TOOL,
      body: z.strictObject({ agent: spawn.agent, def_id: spawn.def_id, ...turn, ...ofOriginal }),
      responses: { 200: events },
      refused: [400, 403, 404, 409, 413, 415, 429, 503],
    },
  },
  '/v1/agents/{agent_id}': { GET: route('get', ['run_id', 'agent_id'], [403, 404]) },
  '/v1/agents/{agent_id}/cancel': { POST: route('cancel', ['run_id', 'agent_id'], [400, 403, 404, 413, 415]) },
  '/v1/users/{user_id}/agents': {
    GET: {
      summary: 'List your runs, newest first, 100 at most',
      tag: RUN_TOOL,
      query: { status: oneStatus.describe('running without it') },
      responses: { 200: { description: 'Each run.', schema: z.object({ agents: z.array(runStatus) }) } },
      refused: [400, 403, 404],
    },
  },
  '/v1/users/{user_id}/agents/stream': {
    GET: {
      summary: 'Follow the states of your runs',
      tag: RUN_TOOL,
      query: { status: z.string().optional().describe('Statuses with commas between them; all without it'), agent: z.string().optional().describe('Name of an agent') },
      responses: { 200: { description: 'Server-sent events: `stream_open`, `run_state`.', type: 'text/event-stream', schema: z.string() } },
      refused: [400, 403, 404],
    },
  },
  '/v1/users/{user_id}/interrupts': {
    GET: {
      summary: 'List the questions of your runs that wait for your answer',
      tag: RUN_TOOL,
      query: { status: z.string().optional().describe('pending without it; all for all of them') },
      responses: { 200: { description: 'Newest first, 200 at most.', schema: z.object(interruptsOut) } },
      refused: [400, 403, 404],
    },
  },
};
