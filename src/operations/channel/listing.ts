import { allows } from '../../channels/acl.js';
import { hasScope } from '../../identity/principal.js';
import type { ServiceCall } from '../operation.js';
import type { ChannelService } from './channel-service.js';

/** The declared channels below a prefix, and what the caller may do with each. */
export async function listChannels(service: ChannelService, call: ServiceCall, prefix = ''): Promise<unknown> {
  const { principal } = call;
  const acl = service.aclOf(call);
  const publish = hasScope(principal, 'channel:publish') ? acl.publish : [];
  const subscribe = hasScope(principal, 'channel:read') ? acl.subscribe : [];
  const declared = await service.directory.list(principal.tenant);
  return {
    publish,
    subscribe,
    channels: declared
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, scope, semantic, description, publisher, default_ttl, max_messages }) => ({
        name,
        scope,
        semantic,
        description,
        publisher,
        default_ttl,
        max_messages,
        publish: publisher !== 'system' && allows(publish, name),
        subscribe: allows(subscribe, name),
      })),
  };
}
