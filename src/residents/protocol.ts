import type { RefusalWire } from '../errors.js';
import type { LogEvent } from '../channels/hub.js';
import type { CursorAdvance } from '../scope/messages.js';

/** Why a resident is woken. */
export interface Wake {
  readonly reason: 'start' | 'events' | 'time';
  /** The events since the last wake that its subscriptions take, oldest first. */
  readonly events: readonly LogEvent[];
  /** Events may be missing: they were taken away before this agent had read them. */
  readonly reset?: { readonly oldest_seq: number };
  /**
   * Put this on the call that is the effect of the wake: the durable cursor then moves in the same
   * transaction. A wake that ends without having used it has it moved by the runtime.
   */
  readonly cursor: CursorAdvance;
}

/** What a resident's code gets. */
export interface ResidentContext {
  readonly name: string;
  readonly scope: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  /** Ends when the runtime stops. */
  readonly signal: AbortSignal;
  now(): Date;
  /** Calls a tool as the resident's principal. @throws Refusal */
  call<Result>(tool: string, input: Record<string, unknown>, cursor?: CursorAdvance): Promise<Result>;
}

/** The code of a resident: one instance per process start, woken for one thing at a time. */
export interface Resident {
  wake(wake: Wake): Promise<void>;
}

/** What a module in `agents/` exports as default. */
export type CreateResident = (context: ResidentContext) => Resident;

export interface ResidentState {
  state: 'starting' | 'idle' | 'working' | 'retrying';
  /** Seq up to which its subscriptions are dealt with. */
  cursor: number;
  wakes: number;
  last_wake_at: string | null;
  last_error: string | null;
}

export type ToResident =
  | { type: 'moved' }
  | { type: 'answer'; id: number; ok: true; json: string }
  | { type: 'answer'; id: number; ok: false; refusal: RefusalWire }
  | { type: 'stop' };

export type FromResident =
  | { type: 'call'; id: number; tool: string; input: Record<string, unknown>; cursor: CursorAdvance | null }
  | { type: 'state'; state: ResidentState };
