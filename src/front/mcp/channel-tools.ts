import { z } from 'zod';
import { Refusal } from '../../errors.js';
import type { FlatSpec } from './flat-tools.js';

const shape = { scope_id: z.string().optional().describe('With scope user: you; nobody else can be named') };

const prepare: FlatSpec['prepare'] = ({ scope_id: named, ...input }, { subject }) => {
  if (named !== undefined && named !== '' && (input.scope !== 'user' || named !== subject)) {
    throw new Refusal('channel_not_declared', `scope_id ${JSON.stringify(named)} is not you: a channel of scope user is one's own`, { scope_id: named });
  }
  return input;
};

const common = { tool: 'channel', shape, prepare } as const;

/** The flat tools of channels that clients of the original know (reference: wire 3.5); a message's id is `msg_id` there. */
export const CHANNEL_TOOLS: readonly FlatSpec[] = [
  { ...common, name: 'publish_channel', title: 'Publish to a channel', op: 'publish', renamed: { message_id: 'msg_id' }, idempotent: false },
  { ...common, name: 'subscribe_channel', title: 'Get messages of a channel', op: 'subscribe', idempotent: false },
  { ...common, name: 'peek_channel', title: 'Look into a channel', op: 'peek', idempotent: true },
  { ...common, name: 'ack_channel', title: 'Acknowledge messages', op: 'ack', idempotent: true },
  { ...common, name: 'list_channels', title: 'List channels', tool: 'channeldef', op: 'list', idempotent: true },
];
