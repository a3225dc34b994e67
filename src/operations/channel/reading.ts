import { decodeCursor } from '../../channels/cursor.js';
import type { Page } from '../../channels/messages.js';
import type { Claim } from '../../channels/queue.js';
import { Refusal } from '../../errors.js';
import type { ServiceCall } from '../operation.js';
import type { ChannelService, ChannelTarget, Place } from './channel-service.js';
import type { Look } from './long-poll.js';
import { batch } from './shapes.js';

interface Request extends ChannelTarget {
  readonly channel: string;
  readonly consumer: string;
}

interface SubscribeRequest extends Request {
  readonly from_cursor?: string | undefined;
  readonly max_messages: number;
  readonly wait_ms?: number | undefined;
  readonly auto_ack: boolean;
  readonly visibility_timeout?: number | undefined;
}

type Batch = ReturnType<typeof batch> & { channel: string };

/** The next messages for a consumer; waits for them where there are none and it is to wait. */
export async function subscribe(service: ChannelService, call: ServiceCall, request: SubscribeRequest): Promise<Batch> {
  const { channel, wait_ms: waitMs = 0 } = request;
  const from = request.from_cursor === undefined ? undefined : decodeCursor(request.from_cursor).seq;
  const place = await service.locate(call, channel, 'subscribe', request);
  let gone = false;
  call.whenGone?.(() => (gone = true));
  const look = from === undefined ? () => next(service, call, place, request) : replay(service, call, place, from, request.max_messages);
  const page = await service.polls.until(
    {
      principal: call.principal,
      topics: [{ key: place.key, topic: channel }],
      waitMs: Math.min(waitMs, service.limits.max_wait),
      ...(call.whenGone ? { whenGone: call.whenGone } : {}),
    },
    look,
  );
  // Nobody has got it: it is another's at once, and does not count as handed out.
  if (gone && 'lease' in page && !request.auto_ack) {
    await service.run(call, [place], 'nack', { consumer: request.consumer, lease: page.lease, delay: 0, uncounted: true });
    service.wake(place);
  }
  return { channel, ...batch(page) };
}

async function next(service: ChannelService, call: ServiceCall, place: Place, request: SubscribeRequest): Promise<Look<Page | Claim>> {
  const { consumer, max_messages: limit, auto_ack, visibility_timeout: timeout } = request;
  if (place.definition.semantic === 'queue') {
    const claimed = await service.run<Claim>(call, [place], 'claim', { consumer, limit, auto_ack, ...(timeout === undefined ? {} : { timeout }) });
    return { answer: claimed, ready: claimed.messages.length > 0 || claimed.reset !== undefined, retryAt: claimed.retryAt };
  }
  return lookAt(await scan(() => service.run<Page>(call, [place], 'take', { consumer, limit, auto_ack })));
}

/** Reads on from a place, whoever has read what. */
function replay(service: ChannelService, call: ServiceCall, place: Place, from: number, limit: number): () => Promise<Look<Page>> {
  let after = from;
  return async () => {
    const page = await readOn(service, call, place, { after, limit });
    after = page.upto;
    return lookAt(page);
  };
}

function lookAt(page: Page): Look<Page> {
  return { answer: page, ready: page.messages.length > 0 || page.reset !== undefined };
}

/** Reads page after page where parts of the log hold nothing of the topic. */
async function scan(read: (before?: Page) => Promise<Page>): Promise<Page> {
  let page = await read();
  while (page.more && page.messages.length === 0) {
    const { reset } = page;
    page = { ...(await read(page)), ...(reset ? { reset } : {}) };
  }
  return page;
}

interface PeekRequest extends ChannelTarget {
  readonly channel: string;
  readonly consumer?: string | undefined;
  readonly from_cursor?: string | undefined;
  readonly max_messages: number;
}

export async function peek(service: ChannelService, call: ServiceCall, request: PeekRequest): Promise<Batch> {
  const { channel, consumer, from_cursor, max_messages: limit } = request;
  if (from_cursor !== undefined && consumer !== undefined) {
    throw new Refusal('invalid_input', 'from_cursor and consumer both say where to begin: send one of them');
  }
  const after = from_cursor === undefined ? undefined : decodeCursor(from_cursor).seq;
  const place = await service.locate(call, channel, 'subscribe', request);
  const page = await readOn(service, call, place, { after, consumer, limit });
  return { channel, ...batch(page) };
}

/** Reads from a place, or from that of a consumer. */
export function readOn(
  service: ChannelService,
  call: ServiceCall,
  place: Place,
  { after, consumer, limit }: { after?: number | undefined; consumer?: string | undefined; limit: number },
): Promise<Page> {
  return scan((before) => service.run<Page>(call, [place], 'read', before ? { after: before.upto, limit } : { after, consumer, limit }));
}

interface HeldRequest extends Request {
  readonly lease_id?: string | undefined;
  readonly message_ids?: readonly string[] | undefined;
}

export async function acknowledge(
  service: ChannelService,
  call: ServiceCall,
  request: HeldRequest & { cursor?: string | undefined },
): Promise<{ ok: true; acked?: number }> {
  const { channel, consumer, cursor, lease_id: lease, message_ids } = request;
  const named = [cursor, lease ?? message_ids].filter((each) => each !== undefined);
  if (named.length === 0) throw new Refusal('missing_field', 'missing required field: cursor, lease_id or message_ids');
  if (named.length > 1) throw new Refusal('invalid_input', 'a cursor stands alone: leave lease_id and message_ids out');
  const decoded = cursor === undefined ? undefined : decodeCursor(cursor);
  const place = await service.locate(call, channel, 'subscribe', request);
  if (place.definition.semantic === 'broadcast' && !decoded) {
    throw new Refusal('invalid_input', `${channel} is a broadcast: acknowledge up to a cursor, the next_cursor of what you got`, { channel });
  }
  return { ok: true, ...(await service.run<{ acked?: number }>(call, [place], 'ack', { consumer, cursor: decoded, lease, message_ids })) };
}

export async function giveBack(
  service: ChannelService,
  call: ServiceCall,
  request: HeldRequest & { delay: number },
): Promise<{ ok: true; returned: number; dead: number }> {
  const { channel, consumer, lease_id: lease, message_ids, delay } = request;
  if (lease === undefined && message_ids === undefined) throw new Refusal('missing_field', 'missing required field: lease_id or message_ids');
  const place = await service.locate(call, channel, 'subscribe', request);
  if (place.definition.semantic === 'broadcast') {
    throw new Refusal('invalid_input', `${channel} is a broadcast: what is not acknowledged comes again by itself`, { channel });
  }
  const { returned, buried } = await service.run<{ returned: number; buried: number }>(call, [place], 'nack', {
    consumer,
    lease,
    message_ids,
    delay,
    uncounted: false,
  });
  service.wake(place);
  return { ok: true, returned, dead: buried };
}
