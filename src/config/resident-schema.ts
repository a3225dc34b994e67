import { Cron } from 'croner';
import { z } from 'zod';
import { selectorSchema } from '../channels/selection.js';
import { duration } from './duration.js';

function isPattern(text: string): boolean {
  try {
    return new Cron(text, { paused: true, mode: '5-part' }).nextRun() !== null;
  } catch {
    return false;
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const retry = z
  .strictObject({
    attempts: z.int().min(1).max(100).default(10).describe('How often a wake is tried before it goes to the dead letters'),
    first: duration.prefault('500ms').describe('Pause after the first failure; each one after it is twice as long'),
    longest: duration.prefault('1m').describe('Longest pause'),
  })
  .prefault({});

/** What wakes an agent. */
export const subscriptions = z
  .array(selectorSchema.extend({ scope: z.enum(['user', 'agent']).default('user') }))
  .min(1)
  .max(16)
  .refine((each) => new Set(each.map(({ scope }) => scope)).size <= 1, 'all subscriptions of an agent have the same scope: it reads one log');

/** When and how a resident agent is woken, beside its subscriptions. */
export const wakeKeys = {
  every: duration.optional().describe('Wakes it at this interval, too'),
  cron: z
    .string()
    .refine(isPattern, 'is no cron pattern of five parts (minute, hour, day, month, weekday) that ever comes')
    .optional()
    .describe('Wakes it at these times, too: a cron pattern of five parts, like `0 9 * * 1`; one of `every` and `cron`'),
  timezone: z.string().refine(isTimeZone, 'is no time zone, like Europe/Athens').default('UTC').describe('Of `cron`, like `Europe/Athens`'),
  max_in_flight: z.int().min(1).max(64).default(1).describe('Wakes of it that run at once; more than one only for events with different keys'),
  key: z
    .string()
    .min(1)
    .default('document_id')
    .describe('With `max_in_flight` above 1: the key of the payload by which events are kept in order; an event without it goes by its topic'),
  retry: retry.describe('`{attempts: 10, first: 500ms, longest: 1m}`: how often and how fast a wake that failed is tried again'),
  paused: z.boolean().default(false).describe('It is not woken; what comes waits in the log. See [OPERATIONS](OPERATIONS.md#residents)'),
  thread: z.enum(['shared', 'own']).default('shared').describe('`own` for code that keeps a processor busy: others of its thread would wait for it'),
};

/** Whether at most one timer is declared. */
export function oneTimer({ every, cron }: { every?: unknown; cron?: unknown }): boolean {
  return every === undefined || cron === undefined;
}

/** Where residents run. */
export const residentsBlock = (file: z.ZodString) =>
  z
    .strictObject({
      threads: z.int().min(1).max(64).default(2).describe('Threads that resident agents share; those that crash theirs get one of their own'),
      folder: file.optional().describe('Folder with the code of further agents, in `<code>/index.js` or `<code>/index.mjs`; it goes before ours'),
    })
    .prefault({});
