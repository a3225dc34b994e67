import { decodeCursor } from '../../channels/cursor.js';
import type { Page } from '../../channels/messages.js';
import { Refusal } from '../../errors.js';
import type { ServiceCall } from '../operation.js';
import type { ChannelService, ChannelTarget } from './channel-service.js';
import { readOn } from './reading.js';
import { batch } from './shapes.js';

interface AwaitRequest extends ChannelTarget {
  readonly channels: readonly string[];
  readonly mode: 'any' | 'all' | 'at_least';
  readonly n?: number | undefined;
  readonly consumer: string;
  readonly from_cursors?: Readonly<Record<string, string>> | undefined;
  readonly from_cursor?: string | undefined;
  readonly max_messages: number;
  readonly wait_ms?: number | undefined;
}

interface Awaited {
  satisfied: boolean;
  timed_out: boolean;
  mode: AwaitRequest['mode'];
  /** Channels that have messages. */
  fired: string[];
  results: Record<string, ReturnType<typeof batch>>;
  total_messages: number;
}

/** Waits until enough of several channels have messages; nothing is taken, and that the time is up is no error. */
export async function awaitMessages(service: ChannelService, call: ServiceCall, request: AwaitRequest): Promise<Awaited> {
  const { mode, n, consumer, wait_ms: waitMs = 0 } = request;
  const names = [...new Set(request.channels)];
  const cursors = cursorsOf(request, names);
  if ((mode === 'at_least') !== (n !== undefined)) {
    throw new Refusal(n === undefined ? 'missing_field' : 'invalid_input', n === undefined ? 'missing required field: n, with mode at_least' : 'n goes with mode at_least');
  }
  // As many of each as could be the n that are waited for: no page size keeps it from being reached.
  const limit = Math.max(request.max_messages, n ?? 0);
  const places = await Promise.all(names.map((name) => service.locate(call, name, 'subscribe', request)));
  const look = async () => {
    const pages = await Promise.all(places.map((place, index) => readOn(service, call, place, { after: cursors[index], consumer, limit })));
    return { answer: pages, ready: isEnough(pages, mode, n) };
  };
  const pages = await service.polls.until(
    {
      principal: call.principal,
      topics: places.map(({ key, definition }) => ({ key, topic: definition.name })),
      waitMs: Math.min(waitMs, service.limits.max_wait),
      ...(call.whenGone ? { whenGone: call.whenGone } : {}),
    },
    look,
  );
  const satisfied = isEnough(pages, mode, n);
  return {
    satisfied,
    timed_out: !satisfied,
    mode,
    fired: names.filter((_, index) => pages[index]!.messages.length > 0),
    results: Object.fromEntries(names.map((name, index) => [name, batch(pages[index]!)])),
    total_messages: countOf(pages),
  };
}

function isEnough(pages: readonly Page[], mode: AwaitRequest['mode'], n = 1): boolean {
  if (mode === 'all') return pages.every((page) => page.messages.length > 0);
  return countOf(pages) >= (mode === 'any' ? 1 : n);
}

function countOf(pages: readonly Page[]): number {
  return pages.reduce((count, page) => count + page.messages.length, 0);
}

/** @throws Refusal `invalid_input` for a cursor that belongs to no channel, or to which is not said. */
function cursorsOf({ from_cursor, from_cursors = {} }: AwaitRequest, names: readonly string[]): (number | undefined)[] {
  const stray = Object.keys(from_cursors).find((name) => !names.includes(name));
  if (stray !== undefined) throw new Refusal('invalid_input', `from_cursors names ${stray}, which is not among channels`, { channel: stray });
  if (from_cursor !== undefined && (names.length > 1 || Object.keys(from_cursors).length > 0)) {
    throw new Refusal('invalid_input', 'each channel has its own place: send from_cursors, a cursor by channel');
  }
  return names.map((name) => {
    const cursor = from_cursors[name] ?? from_cursor;
    return cursor === undefined ? undefined : decodeCursor(cursor).seq;
  });
}
