import { toDefinition, type Declaration } from '../../channels/declaration.js';
import { deadLetterChannel, isSystemName, keepsDeadLetters, type ChannelDefinition } from '../../channels/definition.js';
import { notFound } from '../../channels/definitions.js';
import type { ChannelStats } from '../../channels/messages.js';
import { Refusal } from '../../errors.js';
import type { ServiceCall } from '../operation.js';
import type { ChannelService, Place } from './channel-service.js';

type Desc = ChannelDefinition & Partial<ChannelStats>;

/** Keys of a request that say nothing of the channel. */
const OF_THE_CALL = ['op', 'name', 'idempotency_key'];

/** @throws Refusal `channel_yaml_immutable`, `channel_name_in_use` */
export async function create(service: ChannelService, call: ServiceCall, { name, ...request }: Declaration & { name: string }): Promise<Desc> {
  requireRuntime(service, name);
  if (isSystemName(name)) {
    throw new Refusal('invalid_input', "channels below _system are the runtime's: they are declared in the configuration", { channel: name });
  }
  const definition = toDefinition(name, declarationOf(request), 'runtime');
  await service.define(call, 'create', { definition });
  return describe(service, call, definition);
}

type Changes = { name: string } & { [Key in keyof Declaration]?: Declaration[Key] | null | undefined };

/** @throws Refusal `channel_yaml_immutable`, `channel_not_found` */
export async function update(service: ChannelService, call: ServiceCall, { name, ...request }: Changes): Promise<Desc> {
  const { source: _source, name: _name, ...current } = await runtimeDefinition(service, call, name);
  const definition = toDefinition(name, declarationOf({ ...current, ...declarationOf(request, false) }), 'runtime');
  await service.define(call, 'update', { definition });
  return describe(service, call, definition);
}

/** @throws Refusal `channel_yaml_immutable`, `channel_not_found` */
export async function remove(service: ChannelService, call: ServiceCall, name: string): Promise<{ name: string; deleted: true }> {
  const definition = await runtimeDefinition(service, call, name);
  // No longer declared, then emptied: whatever was resolved before is on its way to its scope already.
  await service.define(call, 'delete', { name });
  await purgeScopes(service, call, definition, true);
  return { name, deleted: true };
}

/** @throws Refusal `channel_not_declared` */
export async function purgeAll(service: ChannelService, call: ServiceCall, name: string): Promise<{ name: string; purged: number }> {
  const definition = await service.directory.resolve(call.principal.tenant, name);
  return { name, purged: await purgeScopes(service, call, definition, false) };
}

export async function describeAll(service: ChannelService, call: ServiceCall): Promise<Desc[]> {
  const definitions = await service.directory.list(call.principal.tenant);
  return Promise.all(definitions.map((definition) => describe(service, call, definition)));
}

async function describe(service: ChannelService, call: ServiceCall, definition: ChannelDefinition): Promise<Desc> {
  if (definition.scope === 'agent') return definition;
  const place = await service.locate(call, definition.name, 'subscribe', {});
  const [stats] = await service.run<ChannelStats[]>(unkeyed(call), [place], 'stats', {});
  return { ...definition, ...stats };
}

/** Scopes emptied at the same time. */
const AT_ONCE = 16;

async function purgeScopes(service: ChannelService, call: ServiceCall, definition: ChannelDefinition, withConsumers: boolean): Promise<number> {
  const definitions = withConsumers && keepsDeadLetters(definition) ? [definition, deadLetterChannel(definition)] : [definition];
  const keys = [...service.scopesOf(call, definition)];
  let purged = 0;
  const worker = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const places = definitions.map((each): Place => ({ definition: each, key: key! }));
      const count = await service.run<number>(unkeyed(call), places, 'purge', { consumers: withConsumers });
      purged += count;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return purged;
}

async function runtimeDefinition(service: ChannelService, { principal }: ServiceCall, name: string): Promise<ChannelDefinition> {
  requireRuntime(service, name);
  const declared = await service.directory.list(principal.tenant);
  const found = declared.find((each) => each.name === name);
  if (!found) throw notFound(name);
  return found;
}

function requireRuntime({ directory }: ChannelService, name: string): void {
  if (!directory.isConfigured(name)) return;
  throw new Refusal('channel_yaml_immutable', `channel ${name} is declared in the configuration: change it there`, { channel: name });
}

/** The part of a request that says what the channel is; with `complete`, what is null counts as not said. */
function declarationOf(request: Record<string, unknown>, complete = true): Declaration {
  const said = Object.entries(request).filter(([key, value]) => !OF_THE_CALL.includes(key) && value !== undefined && !(complete && value === null));
  return Object.fromEntries(said) as Declaration;
}

/** The key of the call belongs to its one write. */
function unkeyed(call: ServiceCall): ServiceCall {
  return { ...call, idempotencyKey: undefined };
}
