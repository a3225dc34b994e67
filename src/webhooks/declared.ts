import type { Transaction } from '../scope/transaction.js';
import type { DeclaredWebhook, Disabled } from './definition.js';
import { disableWebhook, enableWebhook, findWebhook, insertWebhook, listWebhooks, saveWebhook, type Webhook } from './webhooks.js';

/** What the configuration may take back by itself: an end that the receiver or an operator made stays. */
const BY_CONFIGURATION: readonly Disabled[] = ['declared', 'undeclared', 'no_secret'];

/**
 * Makes the webhooks of yaml in this scope those that the configuration declares now. One that it declares no
 * longer is disabled and keeps its place and its messages, should it come back; `delete` removes it.
 */
export function syncDeclared(tx: Transaction, declared: readonly DeclaredWebhook[]): void {
  for (const each of declared) sync(tx, each);
  const names = new Set(declared.map(({ name }) => name));
  for (const webhook of listWebhooks(tx.db)) {
    if (webhook.source === 'yaml' && !names.has(webhook.name)) setDisabled(tx, webhook, 'undeclared');
  }
}

function sync(tx: Transaction, { name, definition, disabled }: DeclaredWebhook): void {
  const found = findWebhook(tx.db, name);
  if (!found) {
    insertWebhook(tx, { name, source: 'yaml', definition, secrets: [], disabled, after: tx.head });
    return;
  }
  // One that was made at run time under this name becomes that of the configuration, with its place.
  const same = found.source === 'yaml' && JSON.stringify(found.definition) === JSON.stringify(definition);
  if (!same) saveWebhook(tx, found, { source: 'yaml', definition, secrets: [] });
  setDisabled(tx, found, disabled);
}

function setDisabled(tx: Transaction, webhook: Webhook, wanted: Disabled | null): void {
  const { disabled } = webhook;
  if (disabled === wanted || (disabled !== null && !BY_CONFIGURATION.includes(disabled))) return;
  if (wanted === null) enableWebhook(tx, webhook);
  else disableWebhook(tx, webhook, wanted);
}
