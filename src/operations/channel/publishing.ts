import { queueOfDeadLetters, requirePublishable, type ChannelDefinition } from '../../channels/definition.js';
import type { Published } from '../../channels/publish.js';
import { Refusal, toRefusalWire } from '../../errors.js';
import { hasScope } from '../../identity/principal.js';
import type { ServiceCall } from '../operation.js';
import type { ChannelService, ChannelTarget, Place } from './channel-service.js';

interface Draft extends ChannelTarget {
  readonly value?: unknown;
  readonly payload?: unknown;
  /** Seconds. */
  readonly ttl?: number | undefined;
  /** RFC 3339. */
  readonly deliver_at?: string | undefined;
}

/** @throws Refusal */
export async function publishTo(service: ChannelService, call: ServiceCall, channel: string, draft: Draft): Promise<Published> {
  const message = checked(service, draft);
  const place = await publishable(service, call, channel, draft);
  const [published] = await service.run<Published[]>(call, [place], 'publish', message);
  return published!;
}

/** Publishes dead letters to their queue again. */
export async function replayTo(
  service: ChannelService,
  call: ServiceCall,
  { channel, message_ids, max_messages: limit, ...target }: ChannelTarget & { channel: string; message_ids?: readonly string[] | undefined; max_messages: number },
): Promise<{ channel: string; replayed: number }> {
  const { definition } = await service.locate(call, channel, 'subscribe', target);
  if (definition.source !== 'dead_letter') {
    throw new Refusal('invalid_input', `${channel} keeps no dead letters: name the channel <queue>/dead`, { channel });
  }
  const queue = queueOfDeadLetters(channel)!;
  const place = await publishable(service, call, queue, target);
  return { channel: queue, replayed: await service.run<number>(call, [place], 'replay', { message_ids, limit }) };
}

type Sent = Published | { channel: string; error: string; reason: string };

/** Publishes to several channels, each once. All are checked before the first write; those of one scope are written together. */
export async function broadcast(
  service: ChannelService,
  call: ServiceCall,
  { channels, ...draft }: Draft & { channels: readonly string[] },
): Promise<{ published: number; failed: number; results: Sent[] }> {
  const message = checked(service, draft);
  const names = [...new Set(channels)];
  const places = await Promise.all(names.map((name) => publishable(service, call, name, draft)));
  const groups = new Map<string, Place[]>();
  for (const place of places) groups.set(place.key, [...(groups.get(place.key) ?? []), place]);
  const sent = await Promise.all(
    [...groups.values()].map(async (group): Promise<Sent[]> => {
      try {
        return await service.run<Published[]>(call, group, 'publish', message);
      } catch (failure) {
        const { error, reason } = toRefusalWire(failure);
        return group.map(({ definition }) => ({ channel: definition.name, error, reason }));
      }
    }),
  );
  const results = sent.flat().sort((a, b) => names.indexOf(a.channel) - names.indexOf(b.channel));
  const failed = results.filter((each) => 'error' in each).length;
  return { published: results.length - failed, failed, results };
}

async function publishable(service: ChannelService, call: ServiceCall, channel: string, target: ChannelTarget): Promise<Place> {
  const place = await service.locate(call, channel, 'publish', { scope: target.scope, agent: target.agent });
  if (!mayPublishAsSystem(call, place.definition)) requirePublishable(place.definition);
  return place;
}

/** Admins publish to channels of the system over HTTP; agents and models never do (reference: tools 6.1). */
function mayPublishAsSystem({ principal, agent, transport }: ServiceCall, { publisher, source }: ChannelDefinition): boolean {
  return source === 'yaml' && publisher === 'system' && agent === undefined && transport === 'http' && hasScope(principal, 'substrate:admin');
}

/** @throws Refusal `missing_field`, `invalid_input`, `too_large` */
function checked({ limits }: ChannelService, { value, payload, ttl, deliver_at }: Draft): Record<string, unknown> {
  if (value !== undefined && payload !== undefined) {
    throw new Refusal('invalid_input', 'value and payload are the same: send one of them');
  }
  const content = value === undefined ? payload : value;
  if (content === undefined) throw new Refusal('missing_field', 'missing required field: value', { issues: [{ path: 'value', message: 'is required' }] });
  const bytes = Buffer.byteLength(JSON.stringify(content));
  if (bytes > limits.max_payload_bytes) {
    throw new Refusal('too_large', `the value has ${bytes} bytes, at most ${limits.max_payload_bytes} are allowed`, {
      what: 'value',
      actual: bytes,
      limit: limits.max_payload_bytes,
    });
  }
  return {
    value: content,
    ...(ttl === undefined ? {} : { ttl }),
    ...(deliver_at === undefined ? {} : { deliver_at: Date.parse(deliver_at) }),
  };
}
