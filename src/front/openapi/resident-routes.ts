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
const paused = { 200: { description: 'It is so, also after a restart.', schema: z.object({ name: z.string(), paused: z.boolean() }) } };
const refused = [400, 403, 404, 413, 503];

/** The routes about one resident agent, and the metrics. */
export const RESIDENT_ROUTES: Readonly<Record<string, Readonly<Record<string, RouteDescription>>>> = {
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
