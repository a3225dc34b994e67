import { Refusal } from '../errors.js';
import { deadLetterChannel, isSystemName, keepsDeadLetters, queueOfDeadLetters, type ChannelDefinition } from './definition.js';

/** Reads the channels of a tenant that were declared at run time. */
export type LoadDefinitions = (tenant: string) => Promise<readonly ChannelDefinition[]>;

/**
 * Every declared channel, in the main thread: those of the configuration, and for each tenant those that
 * were declared at run time, read once and again after each change. Operations get the definition from here
 * with the call, never from the client.
 */
export class ChannelDirectory {
  private readonly loaded = new Map<string, Promise<ReadonlyMap<string, ChannelDefinition>>>();

  constructor(
    /** Those of the configuration, which hold in every tenant. */
    private configured: ReadonlyMap<string, ChannelDefinition>,
    private readonly load: LoadDefinitions,
  ) {}

  /** The configuration declares these now. */
  replace(configured: ReadonlyMap<string, ChannelDefinition>): void {
    this.configured = configured;
  }

  isConfigured(name: string): boolean {
    return this.configured.has(name);
  }

  /** @throws Refusal `channel_not_declared` */
  async resolve(tenant: string, name: string): Promise<ChannelDefinition> {
    const found = this.configured.get(name) ?? (isSystemName(name) ? undefined : (await this.ofTenant(tenant)).get(name));
    if (found) return found;
    const queue = queueOfDeadLetters(name);
    const source = queue === undefined ? undefined : (this.configured.get(queue) ?? (await this.ofTenant(tenant)).get(queue));
    if (source && keepsDeadLetters(source)) return deadLetterChannel(source);
    throw new Refusal('channel_not_declared', `no channel ${JSON.stringify(name)} is declared: declare it under channels in the configuration, or with channeldef create`, {
      channel: name,
    });
  }

  /** All channels of a tenant by name; the configuration goes before what was declared at run time. */
  async list(tenant: string): Promise<ChannelDefinition[]> {
    const all = new Map([...(await this.ofTenant(tenant)), ...this.configured]);
    return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The declarations of a tenant have changed. */
  flush(tenant: string): void {
    this.loaded.delete(tenant);
  }

  private ofTenant(tenant: string): Promise<ReadonlyMap<string, ChannelDefinition>> {
    const known = this.loaded.get(tenant);
    if (known) return known;
    const loading = this.load(tenant).then((definitions) => new Map(definitions.map((each) => [each.name, each])));
    this.loaded.set(tenant, loading);
    // What could not be read is tried again by whoever comes next.
    loading.catch(() => {
      if (this.loaded.get(tenant) === loading) this.loaded.delete(tenant);
    });
    return loading;
  }
}
