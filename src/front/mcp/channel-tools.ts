import { z } from 'zod';
import { Refusal } from '../../errors.js';
import type { FlatSpec } from './flat-tools.js';
import { FLAT_STEPS, WHICH_CHANNELS } from './next.js';

const shape = { scope_id: z.string().optional().describe('With scope user: you; nobody else can be named') };

const prepare: FlatSpec['prepare'] = ({ scope_id: named, ...input }, { subject }) => {
  if (named !== undefined && named !== '' && (input.scope !== 'user' || named !== subject)) {
    throw new Refusal('channel_not_declared', `scope_id ${JSON.stringify(named)} is not you: a channel of scope user is one's own`, { scope_id: named });
  }
  return input;
};

const next: FlatSpec['next'] = {
  ...FLAT_STEPS,
  channel_not_declared: WHICH_CHANNELS,
  channel_not_found: WHICH_CHANNELS,
  channel_scope_invalid: 'Leave scope out, or send that of the channel, which data names.',
  scope_unsupported: 'Leave scope out: a channel has its own.',
  channel_lease_lost: 'The messages may be with somebody else by now: call subscribe_channel again.',
  channel_cursor_regression: 'Nothing has to be done: what this cursor acknowledges is acknowledged already.',
  channel_full: 'Nothing was published. Wait until the readers of the channel have acknowledged messages, and call again.',
  cursor_ahead: 'Send a cursor that an answer of this channel had, or none.',
  too_many_waiters: 'End a call that waits, or send this one without wait_ms.',
  too_large: 'Nothing was published. Send less at once, or put it into a document and publish its id.',
  idempotency_mismatch: 'Nothing was published. That key stands for another message: send a new key.',
};

const common = { tool: 'channel', shape, prepare, next } as const;

/** The flat tools of channels that clients of the original know (reference: wire 3.5); a message's id is `msg_id` there. */
export const CHANNEL_TOOLS: readonly FlatSpec[] = [
  { ...common, name: 'publish_channel', title: 'Publish to a channel', op: 'publish', renamed: { message_id: 'msg_id' }, idempotent: false },
  { ...common, name: 'subscribe_channel', title: 'Get messages of a channel', op: 'subscribe', idempotent: false },
  { ...common, name: 'peek_channel', title: 'Look into a channel', op: 'peek', idempotent: true },
  { ...common, name: 'ack_channel', title: 'Acknowledge messages', op: 'ack', idempotent: true },
  { ...common, name: 'list_channels', title: 'List channels', tool: 'channeldef', op: 'list', idempotent: true },
];
