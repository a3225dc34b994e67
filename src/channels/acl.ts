/** What an agent may do with channels: names, `prefix/*`, or `*` for all (reference: tools 6.2). */
export interface ChannelAcl {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** What a caller may that is no agent: its principal's scopes say the rest. */
export const EVERY_CHANNEL: ChannelAcl = { publish: ['*'], subscribe: ['*'] };
export const NO_CHANNEL: ChannelAcl = { publish: [], subscribe: [] };

/** Whether an entry covers the channel. `a/*` covers all below `a`, not `a` itself. */
export function allows(entries: readonly string[], channel: string): boolean {
  return entries.some((entry) => entry === '*' || entry === channel || (entry.endsWith('/*') && channel.startsWith(entry.slice(0, -1))));
}
