import type { RefusalWire } from '../errors.js';

/** How a call came in, as it stands in the audit. */
export const TRANSPORTS = ['http', 'mcp', 'agent', 'runtime'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Who writes: the subject, and the resident agent that acted for it, if one did. */
export interface Author {
  readonly actor: string;
  readonly agent: string | null;
  readonly transport: Transport;
}

/** Moves a durable reader's cursor in the transaction of the call that carries it. */
export interface CursorAdvance {
  readonly consumer: string;
  readonly seq: number;
  /** Absent for a reader that is alone by its nature: its cursor never goes back, and that is all. */
  readonly lease?: Lease;
  /** Where the cursor stands before: it moves from there or not at all. Only with a lease. */
  readonly from?: number;
  /** Events past the cursor that are dealt with while it stays, where several wakes run at once. */
  readonly done?: readonly number[];
  /** When the timer fired that is dealt with, in unix milliseconds. */
  readonly fired_at?: number;
  /** Id of the dead wake that is dealt with. */
  readonly dead_wake?: number;
}

/** By what right a resident agent acts: as long as nobody took a newer lease. */
export interface Lease {
  /** Key of the scope in whose file it is, see `scopeKey`. */
  readonly scope: string;
  /** Grows with each taking. */
  readonly token: number;
}

/** One operation on one scope, as it travels to the scope's worker. */
export interface ScopeCall {
  readonly id: number;
  /** See `scopeKey`. */
  readonly key: string;
  readonly tool: string;
  readonly op: string;
  /** The tool's input as JSON text, as the client sent it: it is parsed where it is used. */
  readonly input: string;
  readonly author: Author;
  readonly cursor: CursorAdvance | null;
  /** The wake in which the call is made: it is refused where that is no longer its caller's to deal with. */
  readonly wake?: CursorAdvance | undefined;
  /** See `answerOnce`; a call without one runs as often as it comes. */
  readonly idempotencyKey?: string | undefined;
  /** What the main thread looked up for the operation. Never from a client; a repeat of the call may bring another. */
  readonly given?: unknown;
}

/** `json` is the result, or a `RefusalWire`. */
export interface ScopeReply {
  readonly id: number;
  readonly ok: boolean;
  readonly json: string;
}

/** What one commit added to the channel log of one scope. */
export interface CommitFrame {
  readonly key: string;
  readonly first: number;
  readonly last: number;
  /** Distinct topics of the commit. */
  readonly topics: readonly string[];
  /** The events as JSON objects joined by commas, in order of seq. */
  readonly json: string;
  /** Each event on its own, only where the commit touched more than one topic. */
  readonly events?: readonly CommitEvent[];
}

export interface CommitEvent {
  readonly topic: string;
  readonly json: string;
}

export type ToScopeWorker = { type: 'calls'; calls: ScopeCall[] } | { type: 'stop' };

/** Frames of a drain come with its replies: whoever handles them in order sees no reply before its event. */
export type FromScopeWorker =
  | { type: 'drained'; replies: ScopeReply[]; frames: CommitFrame[] }
  | { type: 'stopped' };

export function refusalReply(id: number, refusal: RefusalWire): ScopeReply {
  return { id, ok: false, json: JSON.stringify(refusal) };
}
