import { post, request } from './client.js';

/** Wire shapes of `/v1/_residents`. Times are ISO where nothing else is said. */

export interface Subscription {
  readonly scope: 'user' | 'agent';
  readonly topic: string;
  /** Conditions on the payload by path: a value, or tests by name. */
  readonly filter?: Readonly<Record<string, unknown>>;
}

export interface Resident {
  readonly name: string;
  readonly description: string;
  readonly principal: string;
  readonly tenant: string;
  readonly state: 'starting' | 'idle' | 'working' | 'retrying' | 'paused' | 'waiting';
  readonly paused: boolean;
  readonly cursor: number;
  readonly log_head: number;
  /** Since its start, each attempt counted. */
  readonly wakes: number;
  readonly failures: number;
  readonly last_wake_at: string | null;
  readonly last_error: string | null;
  /** How often the wake failed that is tried again next. */
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly in_flight: number;
  readonly waiting_events: number;
  /** Unix milliseconds. */
  readonly waiting_since: number | null;
  readonly dead_letters: number;
  readonly next_timer_at: string | null;
  readonly thread: 'shared' | 'own';
  readonly restarts: number;
  readonly last_crash: string | null;
  readonly subscribe: readonly Subscription[];
  readonly every_ms: number | null;
  readonly cron: string | null;
  readonly timezone: string | null;
  readonly max_in_flight: number;
  readonly retry: { readonly attempts: number; readonly first_ms: number; readonly longest_ms: number };
}

/** A wake that failed too often. */
export interface DeadLetter {
  readonly id: number;
  readonly reason: 'start' | 'events' | 'time';
  readonly events: readonly unknown[];
  readonly attempts: number;
  readonly error: string;
  /** Unix nanoseconds, as is `redriven_at`, which says since when it is to be tried again. */
  readonly died_at: number;
  readonly redriven_at: number | null;
}

export interface DeadLetterPage {
  readonly total: number;
  readonly dead_letters: readonly DeadLetter[];
}

const ROOT = '/v1/_residents';
const of = (name: string): string => `${ROOT}/${encodeURIComponent(name)}`;

/** Those that the user administers. */
export async function listResidents(signal?: AbortSignal): Promise<Resident[]> {
  return (await request<{ residents: Resident[] }>(ROOT, { signal })).residents;
}

export const pauseResident = (name: string, paused: boolean) => post<unknown>(`${of(name)}/${paused ? 'pause' : 'resume'}`, {});

/** The oldest first. @param after id to go on from. */
export const listDeadLetters = (name: string, after: number, signal?: AbortSignal) =>
  request<DeadLetterPage>(`${of(name)}/dead-letters?after=${after}`, { signal });

/** Wakes it once more for these dead letters, or for all. */
export const redrive = (name: string, ids?: readonly number[]) => post<{ redriven: number }>(`${of(name)}/redrive`, ids ? { ids } : {});
