import { z } from 'zod';
import { redriveBody } from '../resident-routes.js';
import type { RouteDescription } from './routes.js';

const deadLetter = z.object({
  id: z.int(),
  reason: z.enum(['events', 'start', 'time']).describe('Why it was woken'),
  events: z.array(z.record(z.string(), z.unknown())),
  attempts: z.int(),
  error: z.string().describe('Of the last attempt'),
  died_at: z.int().describe('Unix nanoseconds'),
  redriven_at: z.int().nullable().describe('Since when it is to be woken for once more'),
});
const count = z.int().min(0);
const time = z.iso.datetime().nullable();
const resident = z.object({
  name: z.string(),
  description: z.string(),
  principal: z.string(),
  tenant: z.string(),
  state: z.enum(['starting', 'idle', 'working', 'retrying', 'paused', 'waiting']),
  paused: z.boolean().describe('It is not woken, whatever its state: a wake that runs is let end'),
  cursor: count.describe('Seq up to which its subscriptions are dealt with'),
  log_head: count.describe('Seq of the newest event of that log, of whatever topic'),
  wakes: count.describe('Since its start, each attempt counted'),
  failures: count,
  last_wake_at: time,
  last_error: z.string().nullable().describe('Of the last wake that failed, until one succeeds'),
  attempts: count.describe('How often the wake that is tried again next has failed'),
  next_attempt_at: time.describe('When that is, or when the lease is asked for again'),
  in_flight: count.describe('Wakes that run now'),
  waiting_events: count.describe('Events that were read and are not dealt with'),
  waiting_since: z.int().nullable().describe('Time of the oldest of them in unix milliseconds'),
  dead_letters: count,
  next_timer_at: time,
  thread: z.enum(['shared', 'own']),
  restarts: count,
  last_crash: z.string().nullable(),
  subscribe: z.array(z.object({ scope: z.enum(['user', 'agent']), topic: z.string(), filter: z.record(z.string(), z.unknown()).optional() })),
  every_ms: count.nullable(),
  cron: z.string().nullable(),
  timezone: z.string().nullable().describe('Of `cron`'),
  max_in_flight: z.int().min(1),
  retry: z.object({ attempts: z.int(), first_ms: count, longest_ms: count }),
});
const paused = { 200: { description: 'It is so, also after a restart.', schema: z.object({ name: z.string(), paused: z.boolean() }) } };
const refused = [400, 403, 404, 413, 503];

/** The routes about resident agents, and the metrics. */
export const RESIDENT_ROUTES: Readonly<Record<string, Readonly<Record<string, RouteDescription>>>> = {
  '/v1/_residents': {
    GET: {
      summary: 'State of the resident agents',
      responses: { 200: { description: 'Each resident that the caller administers.', schema: z.object({ residents: z.array(resident) }) } },
      refused: [403],
    },
  },
  '/v1/_residents/{name}/pause': {
    POST: { summary: 'Wake a resident agent no more; what comes waits in the log', body: z.strictObject({}), responses: paused, refused },
  },
  '/v1/_residents/{name}/resume': {
    POST: { summary: 'Wake a resident agent again, from where it was', body: z.strictObject({}), responses: paused, refused },
  },
  '/v1/_residents/{name}/dead-letters': {
    GET: {
      summary: 'List the wakes that failed too often, the oldest first',
      query: { after: z.int().min(0).optional().describe('Id to go on from'), limit: z.int().min(1).max(200).optional() },
      responses: { 200: { description: 'The wakes, with their events.', schema: z.object({ total: z.int(), dead_letters: z.array(deadLetter) }) } },
      refused: [400, 403, 404, 503],
    },
  },
  '/v1/_residents/{name}/redrive': {
    POST: {
      summary: 'Wake a resident agent once more for dead letters: those with these ids, or all',
      body: redriveBody,
      responses: { 200: { description: 'How many of them were not under way already.', schema: z.object({ redriven: z.int() }) } },
      refused,
    },
  },
  '/metrics': {
    GET: {
      summary: 'Figures of the resident agents, for Prometheus',
      responses: { 200: { description: 'Text format of Prometheus.', type: 'text/plain', schema: z.string() } },
      refused: [403],
    },
  },
};
