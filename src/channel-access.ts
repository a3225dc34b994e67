import { hiddenTopics, requireReadable } from './channels/definition.js';
import type { ChannelHub, LogPage } from './channels/hub.js';
import type { ChannelAccess } from './channels/subscriptions.js';
import { toRefusalWire } from './errors.js';
import type { Principal } from './identity/principal.js';
import type { Dispatcher } from './operations/dispatcher.js';
import { LOG_TOOL } from './operations/log-operations.js';
import { scopeKey } from './scope/scope.js';
import type { Placement } from './scope/placement.js';
import { LOG_PAGE, readLog } from './scope-calls.js';

/** What a connection may do with channels. @param who its principal as it is now: a reload may give it other scopes. */
export function channelAccess(
  who: () => Principal,
  hub: ChannelHub,
  dispatcher: Dispatcher,
  publish: (group: string, text: string) => void,
): ChannelAccess {
  return {
    hub,
    get hidden() {
      return hiddenTopics(who());
    },
    publish,
    read(target, after, select, done) {
      const principal = who();
      const input = { op: 'read', ...target, after, select, limit: LOG_PAGE };
      let key: string;
      try {
        key = scopeKey(dispatcher.scopes.resolve({ principal, input }));
        for (const { topic } of select) requireReadable(principal, topic);
      } catch (error) {
        const { reason, error: text, data } = toRefusalWire(error);
        return done({ code: reason, error: text, data });
      }
      hub.whenLive(key, () =>
        dispatcher.dispatch({ principal, transport: 'runtime', tool: LOG_TOOL, input }, (outcome) => {
          if (outcome.ok) return done({ key, page: JSON.parse(outcome.json) as LogPage });
          const { reason, error, data } = outcome.refusal;
          done({ code: reason, error, data });
        }),
      );
    },
  };
}

/** What whoever may read all that is asked for of one scope gets of its log: somebody else has asked whether. */
export function scopeAccess(key: string, hub: ChannelHub, placement: Placement, publish: (group: string, text: string) => void): ChannelAccess {
  return {
    hub,
    hidden: [],
    publish,
    read: (_target, after, select, done) =>
      hub.whenLive(key, () =>
        readLog(placement, key, after, select, (page) => done(page ? { key, page } : { code: 'unavailable', error: 'the log of the scope cannot be read now' })),
      ),
  };
}
