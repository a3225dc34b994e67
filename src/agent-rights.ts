import type { ChannelAcl } from './channels/acl.js';
import { residentsOf, type Config } from './config/schema.js';
import type { Identities } from './config/auth-env.js';
import type { AgentIdentity } from './operations/scope-resolver.js';

/** As whom each configured agent acts. */
export function agentIdentities(config: Config, { principals }: Pick<Identities, 'principals'>): Map<string, AgentIdentity> {
  return new Map(
    Object.entries(residentsOf(config)).map(([name, { principal, grants }]) => [name, { principal: principals.get(principal)!, grants }]),
  );
}

/** What each configured agent may do with channels. */
export function agentAcls(config: Config): Map<string, ChannelAcl> {
  return new Map(Object.entries(residentsOf(config)).flatMap(([name, { channels }]) => (channels ? [[name, channels]] : [])));
}
