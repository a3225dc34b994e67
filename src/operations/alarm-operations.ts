import { z } from 'zod';
import { indexPortion } from '../documents/links/unindexed.js';
import { HISTORY_ALARM, pruneHistory } from '../documents/retention.js';
import { catchUp, SEARCH_ALARM } from '../documents/search/keeper.js';
import { runChannelsAlarm } from '../channels/alarm.js';
import { runLogAlarm } from '../channels/log-retention.js';
import { CHANNELS_ALARM } from '../channels/publish.js';
import { nameUnnamedDocuments } from '../paths/document-names.js';
import { MEMORY_ALARM } from '../memory/entries.js';
import { expireEntries } from '../memory/expiry.js';
import { ALARM_TOOL, takeDueAlarms } from '../scope/alarms.js';
import { LOG_ALARM, type Transaction } from '../scope/transaction.js';
import { WEBHOOKS_ALARM } from '../webhooks/definition.js';
import { sweepWebhooks } from '../webhooks/sweep.js';
import { scopeOperation, type Operation } from './operation.js';

/** Chunks that the search index takes in at a time: others of the scope wait so long. */
const SEARCH_SLICE = 400;

/**
 * What a scope does when an alarm rings, by the name that `tx.alarmBy` gave it. A handler does what is due
 * by `tx.at` and sets the alarm anew where there is more to come.
 */
const ALARM_HANDLERS: Readonly<Record<string, (tx: Transaction) => void>> = {
  [HISTORY_ALARM]: pruneHistory,
  links: indexPortion,
  [SEARCH_ALARM]: (tx) => catchUp(tx, SEARCH_SLICE),
  [CHANNELS_ALARM]: runChannelsAlarm,
  [LOG_ALARM]: runLogAlarm,
  name_documents: nameUnnamedDocuments,
  [MEMORY_ALARM]: expireEntries,
  [WEBHOOKS_ALARM]: sweepWebhooks,
};

export const alarmOperations: readonly Operation[] = [
  scopeOperation(ALARM_TOOL, 'substrate:admin', {
    op: 'fire',
    summary: 'Run what is due in a scope',
    internal: true,
    input: z.strictObject({ op: z.literal('fire') }),
    output: z.object({ fired: z.array(z.string()) }),
    run: (tx) => {
      const fired = takeDueAlarms(tx.db, tx.at);
      tx.alarmsChanged = fired.length > 0;
      for (const name of fired) ALARM_HANDLERS[name]?.(tx);
      return { fired };
    },
  }),
];
