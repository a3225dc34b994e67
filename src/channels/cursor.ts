import { randomInt } from 'node:crypto';
import { Refusal } from '../errors.js';

// A cursor on the wire is `cur_<seq, 16 hex>[_<message id>[_<lease, 16 hex>]]`, or `cur_0` for the oldest
// (reference: tools 6.3, where the number is a clock). Clients take it as opaque.

/** A place in a channel: everything up to `seq` lies behind it. */
export interface Cursor {
  readonly seq: number;
  /** The lease under which a queue handed out the batch that ends here. */
  readonly lease?: string;
}

const CURSOR = /^cur_(?:0|([0-9a-f]{16})(?:_msg_[0-9a-f]{24}(?:_([0-9a-f]{16}))?)?)$/;
export const MESSAGE_ID = /^msg_[0-9a-f]{24}$/;
export const LEASE = /^[0-9a-f]{16}$/;

/** @throws Refusal `invalid_input` for what was not given out as a cursor. */
export function decodeCursor(text: string): Cursor {
  const match = CURSOR.exec(text);
  const seq = match ? Number.parseInt(match[1] ?? '0', 16) : Number.NaN;
  if (!match || !Number.isSafeInteger(seq)) {
    throw new Refusal('invalid_input', `${JSON.stringify(text)} is not a cursor: send one that an answer brought, or cur_0 for the oldest`, {
      cursor: text,
    });
  }
  return match[2] === undefined ? { seq } : { seq, lease: match[2] };
}

export function encodeCursor(seq: number, messageId?: string, lease?: string): string {
  if (seq === 0) return 'cur_0';
  return ['cur', hex(BigInt(seq), 16), ...(messageId ? [messageId] : []), ...(messageId && lease ? [lease] : [])].join('_');
}

/** An id for a message published at `at`; the time is that of the batch, so that its last digits are free. */
export function newMessageId(at: bigint): string {
  return `msg_${hex(at + BigInt(randomInt(1_000_000)), 16)}${hex(BigInt(randomInt(2 ** 32)), 8)}`;
}

/** The id of an event that was not published as a message: made of its place, so that it is always the same. */
export function eventId(ts: number, seq: number): string {
  return `msg_${hex(BigInt(ts), 16)}${hex(BigInt(seq) & 0xffffffffn, 8)}`;
}

export function newLease(): string {
  return `${hex(BigInt(randomInt(2 ** 32)), 8)}${hex(BigInt(randomInt(2 ** 32)), 8)}`;
}

function hex(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
