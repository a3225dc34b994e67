import { allows, EVERY_CHANNEL, NO_CHANNEL, type ChannelAcl } from '../../channels/acl.js';
import { isChannelName, isLogTopic, logChannel, requireReadable, type ChannelDefinition } from '../../channels/definition.js';
import type { ChannelDirectory } from '../../channels/directory.js';
import type { Waiters } from '../../channels/waiters.js';
import { Refusal } from '../../errors.js';
import type { ScopeCall } from '../../scope/messages.js';
import { scopeKey } from '../../scope/scope.js';
import type { ServiceCall } from '../operation.js';
import { channelsScope, type ScopeResolver } from '../scope-resolver.js';
import { DEFINITION_TOOL } from './definition-operations.js';
import { LongPolls } from './long-poll.js';
import { CHANNEL_TOOL } from './scope-operations.js';

export interface ChannelLimits {
  readonly max_payload_bytes: number;
  /** Milliseconds. */
  readonly max_wait: number;
  readonly max_waiters: number;
}

export interface ChannelServiceOptions {
  readonly scopes: ScopeResolver;
  readonly directory: ChannelDirectory;
  readonly waiters: Waiters;
  /** What each resident agent may do; one that is not there may nothing. */
  readonly acls: ReadonlyMap<string, ChannelAcl>;
  readonly limits: ChannelLimits;
  /** Keys of the scopes of a kind that have a file. */
  scopesOf(tenant: string, kind: 'user' | 'agent'): readonly string[];
  /** Runs an operation in a scope. Rejects with a Refusal. */
  run(call: Omit<ScopeCall, 'id'>): Promise<unknown>;
}

/** Whose storage a call means, where it says so. */
export interface ChannelTarget {
  readonly scope?: string | undefined;
  readonly agent?: string | undefined;
}

/** A channel as a caller meets it: what it is, and in which scope's file its messages are. */
export interface Place {
  readonly definition: ChannelDefinition;
  readonly key: string;
}

/** Channels as the main thread offers them: finds the declaration and the scope, then calls the scope. */
export class ChannelService {
  readonly polls: LongPolls;
  readonly directory: ChannelDirectory;
  readonly limits: ChannelLimits;
  private acls: ReadonlyMap<string, ChannelAcl>;

  constructor(private readonly options: ChannelServiceOptions) {
    const { waiters, limits, directory, acls } = options;
    this.acls = acls;
    this.directory = directory;
    this.limits = limits;
    this.polls = new LongPolls(waiters, limits.max_waiters);
  }

  /** Other channels are declared in the configuration now, and its agents may do other things with them. */
  replace(configured: ReadonlyMap<string, ChannelDefinition>, acls: ReadonlyMap<string, ChannelAcl>): void {
    this.directory.replace(configured);
    this.acls = acls;
  }

  /** What the caller may do with channels, beside the scopes of its principal. */
  aclOf({ agent, channels }: ServiceCall): ChannelAcl {
    if (channels) return channels;
    return agent === undefined ? EVERY_CHANNEL : (this.acls.get(agent) ?? NO_CHANNEL);
  }

  /** @throws Refusal `invalid_input`, `forbidden`, `channel_not_declared`, `channel_scope_invalid`, `scope_unsupported` */
  async locate(call: ServiceCall, name: string, use: keyof ChannelAcl, target: ChannelTarget): Promise<Place> {
    if (!isChannelName(name)) {
      throw new Refusal('invalid_input', `${JSON.stringify(name)} is not the name of a channel: segments of letters, digits, _, . and -, separated by /`, {
        channel: name,
      });
    }
    if (!allows(this.aclOf(call)[use], name)) {
      throw new Refusal('forbidden', `agent ${call.agent} may not ${use} ${name}: add it to channels.${use} of the agent`, { channel: name });
    }
    requireReadable(call.principal, name);
    const definition = isLogTopic(name)
      ? logChannel(name, (target.scope ?? 'user') as ChannelDefinition['scope'])
      : await this.directory.resolve(call.principal.tenant, name);
    return { definition, key: this.keyOf(call, definition, target) };
  }

  /** Runs an operation on a channel in its scope. */
  run<Result>(call: ServiceCall, places: readonly Place[], op: string, input: Record<string, unknown>): Promise<Result> {
    const { key } = places[0]!;
    const given = places.map(({ definition }) => definition);
    return this.runAt(call, { key, tool: CHANNEL_TOOL, op }, { channels: given.map(({ name }) => name), ...input }, given);
  }

  /** Runs an operation on the declarations of the caller's tenant, and forgets what was known of them. */
  async define(call: ServiceCall, op: string, input: Record<string, unknown>): Promise<void> {
    const { tenant } = call.principal;
    try {
      await this.runAt(call, { key: scopeKey(channelsScope(tenant)), tool: DEFINITION_TOOL, op }, input);
    } finally {
      this.directory.flush(tenant);
    }
  }

  /** Keys of all scopes of the caller's tenant that may hold messages of a channel. */
  scopesOf({ principal: { tenant } }: ServiceCall, { scope }: ChannelDefinition): readonly string[] {
    if (scope === 'user' || scope === 'agent') return this.options.scopesOf(tenant, scope);
    return [scopeKey(channelsScope(tenant))];
  }

  private async runAt<Result>(
    call: ServiceCall,
    to: Pick<ScopeCall, 'key' | 'tool' | 'op'>,
    input: Record<string, unknown>,
    given?: readonly ChannelDefinition[],
  ): Promise<Result> {
    return (await this.options.run({
      ...to,
      input: JSON.stringify({ op: to.op, ...input }),
      author: { actor: call.principal.subject, agent: call.agent ?? null, transport: call.transport },
      cursor: call.cursor ?? null,
      idempotencyKey: call.idempotencyKey,
      given,
    })) as Result;
  }

  /** Makes those look again who wait for a channel in which something came back. */
  wake({ key, definition }: Place): void {
    this.options.waiters.wake(key, definition.name);
  }

  private keyOf({ principal, agent }: ServiceCall, { name, scope }: ChannelDefinition, target: ChannelTarget): string {
    if (target.scope !== undefined && target.scope !== scope) {
      throw new Refusal('channel_scope_invalid', `channel ${name} has the scope ${scope}, not ${target.scope}: leave scope out, or name the right one`, {
        channel: name,
        scope,
      });
    }
    const input = { scope, ...(target.agent === undefined ? {} : { agent: target.agent }) };
    return scopeKey(this.options.scopes.resolve({ principal, agent, input }));
  }
}
