import type { RefusalWire } from '../errors.js';
import type { LogEvent } from '../channels/hub.js';
import type { Selector } from '../channels/selection.js';
import type { ModelChoice, TurnTaker } from '../models/model.js';
import type { CursorAdvance } from '../scope/messages.js';
import type { Push } from './pushed.js';

/** Why a resident is woken. */
export interface Wake {
  readonly reason: 'start' | 'events' | 'time';
  /**
   * The events since the last wake that its subscriptions take, oldest first. Where wakes run at once, those of
   * one key; where somebody had a dead letter redriven, those of the dead letter.
   */
  readonly events: readonly LogEvent[];
  /** Events may be missing: they were taken away before this agent had read them. */
  readonly reset?: { readonly oldest_seq: number };
  /**
   * Put this on the call that is the effect of the wake: the durable cursor then moves in the same
   * transaction. A wake that ends without having used it has it moved by the runtime.
   */
  readonly cursor: CursorAdvance;
}

/** The models of the configuration: retries, circuits and fallback are theirs. */
export interface ResidentModels extends TurnTaker {
  /**
   * Whether a turn may be asked for.
   * @throws Refusal `invalid_input` for what is not there; `unavailable` where no candidate has a key, or, with
   *   `data.retry_after` in seconds, where all are left alone for now.
   */
  check(choice: ModelChoice): Promise<void>;
}

/** What a resident's code gets. */
export interface ResidentContext {
  readonly name: string;
  readonly scope: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  /** Ends when the agent is stopped: the runtime stops, or its configuration has changed. */
  readonly signal: AbortSignal;
  now(): Date;
  readonly models: ResidentModels;
  /**
   * Calls a tool as the resident's principal.
   * @throws Refusal; `lease_lost` where the wake is no longer this agent's to deal with, and nothing was changed.
   */
  call<Result>(tool: string, input: Record<string, unknown>, cursor?: CursorAdvance): Promise<Result>;
}

/** The code of a resident: one instance per start, woken for one thing at a time unless `max_in_flight` says otherwise. */
export interface Resident {
  wake(wake: Wake): Promise<void>;
}

/** What a module in `agents/` exports as default. */
export type CreateResident = (context: ResidentContext) => Resident | Promise<Resident>;

/** How one resident is to be run. */
export interface ResidentTask {
  readonly name: string;
  /** URL of the module that holds the code. */
  readonly module: string;
  /** What its subscriptions say: `user` or `agent`. */
  readonly scope: string;
  /** Key of that scope, see `scopeKey`. */
  readonly scopeKey: string;
  readonly select: readonly Selector[];
  readonly timer: Timer | undefined;
  readonly maxInFlight: number;
  /** Key of the payload by which events are kept in order. */
  readonly key: string;
  readonly retry: { readonly attempts: number; readonly first: number; readonly longest: number };
  /** What the configuration says. */
  readonly paused: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The process, as it stands in the lease. */
  readonly holder: string;
  /** Attempts of wakes that ended with their thread, by what `Job.id` says. */
  readonly attempts: Readonly<Record<string, number>>;
}

/** When a resident is woken without an event: every so many milliseconds, or by a cron pattern. */
export type Timer = { readonly every: number } | { readonly cron: string; readonly timezone: string };

export interface ResidentState {
  state: 'starting' | 'idle' | 'working' | 'retrying' | 'paused' | 'waiting';
  /** Seq up to which its subscriptions are dealt with. */
  cursor: number;
  /** Since its start, each attempt counted. */
  wakes: number;
  failures: number;
  last_wake_at: string | null;
  last_error: string | null;
  /** How often the wake that is tried again next has failed; 0 where none waits for that. */
  attempts: number;
  /** When that is, or when the lease is asked for again. */
  next_attempt_at: string | null;
  /** Wakes that run now. */
  in_flight: number;
  /** Events that were read and are not dealt with. */
  waiting_events: number;
  /** Time of the oldest of them in unix milliseconds. */
  waiting_since: number | null;
  dead_letters: number;
  /** When its timer fires next. */
  next_timer_at: string | null;
  /** It is not woken, whatever its state: a wake that runs is let end. */
  paused: boolean;
}

/** Of one that did nothing yet. */
export const NOTHING_DONE: ResidentState = {
  state: 'starting',
  cursor: 0,
  wakes: 0,
  failures: 0,
  last_wake_at: null,
  last_error: null,
  attempts: 0,
  next_attempt_at: null,
  in_flight: 0,
  waiting_events: 0,
  waiting_since: null,
  dead_letters: 0,
  next_timer_at: null,
  paused: false,
};

/** A wake that begins. */
export interface WakeBegin {
  /** See `Job.id`. */
  readonly id: string;
  readonly attempt: number;
  /** Milliseconds since the oldest of its events; undefined for one that waited for something else than a thread. */
  readonly delayMs: number | undefined;
}

/** To the residents of a thread, each message to one of them. */
export type ToResident = { readonly to: number } & (
  | { type: 'start'; task: ResidentTask; alone: boolean }
  /** Without `push` the log says what is new. */
  | { type: 'moved'; push: Push | undefined }
  | { type: 'redriven' }
  | { type: 'paused'; paused: boolean }
  /** `moved`: whether the call was made in the file that has the cursor, so that it moved with its success. */
  | ({ type: 'answer'; id: number; moved: 'yes' | 'no' | 'maybe' } & ({ ok: true; json: string } | { ok: false; refusal: RefusalWire }))
  | { type: 'stop' }
);

/** Ends the task of a thread. */
export interface EndThread {
  readonly type: 'end';
}

export type FromResident = { readonly from: number } & (
  | { type: 'call'; id: number; tool: string; input: Record<string, unknown>; cursor: CursorAdvance | null; wake: CursorAdvance | null }
  | { type: 'state'; state: ResidentState }
  | { type: 'begin'; wake: WakeBegin }
  | { type: 'end'; id: string }
  | { type: 'crashed'; error: string }
  | { type: 'stopped' }
);
