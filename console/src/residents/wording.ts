import type { Resident, Subscription } from '../api/residents.js';
import { inUnits } from '../ui/time.js';

/** What a resident is at, in a word or two, and the tone of it. */
export function stateOf({ state, paused }: Pick<Resident, 'state' | 'paused'>): { text: string; tone: string } {
  if (state === 'waiting') return { text: 'without lease', tone: 'red' };
  if (paused) return state === 'working' ? { text: 'ends its wake, then paused', tone: 'grey' } : { text: 'paused', tone: 'grey' };
  return STATES[state];
}

const STATES = {
  starting: { text: 'starting', tone: 'blue' },
  idle: { text: 'idle', tone: 'green' },
  working: { text: 'working', tone: 'blue' },
  retrying: { text: 'retrying', tone: 'amber' },
  // Told to go on, and has not said so yet.
  paused: { text: 'resuming', tone: 'blue' },
} as const;

/** Why a wake was begun, or a dead letter was one. */
export const REASONS = { start: 'Start', events: 'Events', time: 'Timer' } as const;

/** When its clock wakes it; undefined where it has none. */
export function timerOf({ every_ms: every, cron, timezone }: Resident): string | undefined {
  if (every !== null) return `every ${inUnits(every)}`;
  return cron === null ? undefined : `${cron} (${timezone ?? 'UTC'})`;
}

const TESTS: Readonly<Record<string, string>> = { eq: '=', ne: '≠', in: 'one of', gt: '>', gte: '≥', lt: '<', lte: '≤' };

/** The conditions of a filter as people read them, all of which have to hold. */
export function conditionsOf({ filter = {} }: Subscription): string[] {
  return Object.entries(filter).flatMap(([path, wanted]) => {
    if (wanted === null || typeof wanted !== 'object') return [`${path} = ${JSON.stringify(wanted)}`];
    return Object.entries(wanted).map(([test, value]) => {
      if (test === 'exists') return value === true ? `${path} is there` : `${path} is not there`;
      const values = (Array.isArray(value) ? value : [value]).map((each) => JSON.stringify(each)).join(', ');
      return `${path} ${TESTS[test] ?? test} ${values}`;
    });
  });
}

/** How far it is behind, in words. */
export function behindOf({ state, paused, cursor, log_head: head, waiting_events: waiting }: Resident): string {
  if (waiting > 0) return waiting === 1 ? '1 event waits' : `${waiting.toLocaleString()} events wait`;
  // What is past the cursor of one that has read everything does not concern it.
  if ((state === 'idle' && !paused) || cursor >= head) return 'up to date';
  const entries = head - cursor;
  return entries === 1 ? '1 entry of the log is not read' : `${entries.toLocaleString()} entries of the log are not read`;
}
