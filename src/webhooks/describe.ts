import { isoTime } from '../channels/messages.js';
import type { Transaction } from '../scope/transaction.js';
import { deadOf } from './deliveries.js';
import { waitingOf } from './outbox.js';
import { masked, signing } from './secret.js';
import type { Webhook } from './webhooks.js';

/** A webhook as callers see it: without secrets and values of headers. */
export function describeWebhook(tx: Transaction, webhook: Webhook) {
  const { id, name, source, definition, revision, disabled, seq } = webhook;
  const { url, topic, filter, event_types, headers, description, max_in_flight, secret_env } = definition;
  const nowMs = Number(tx.at / 1_000_000n);
  return {
    id,
    name,
    url,
    topic,
    ...(filter ? { filter } : {}),
    ...(event_types ? { event_types } : {}),
    ...(headers ? { headers: Object.fromEntries(Object.keys(headers).map((each) => [each, '…'])) } : {}),
    ...(description === undefined ? {} : { description }),
    max_in_flight,
    source,
    revision,
    enabled: disabled === null,
    ...(disabled === null ? {} : { disabled_reason: disabled }),
    ...timesOf(webhook, tx.at),
    ...(secret_env ? { secret_env } : {}),
    secrets: signing(webhook.secrets, nowMs).map(({ secret, since, until }) => ({
      secret: masked(secret),
      since: new Date(since).toISOString(),
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    })),
    seq,
    waiting: waitingOf(tx.db, id),
    dead: deadOf(tx.db, id),
  };
}

function timesOf({ disabled_at, failing_since, paused_until, created_at, updated_at }: Webhook, at: bigint) {
  return {
    ...(disabled_at === null ? {} : { disabled_at: isoTime(disabled_at) }),
    ...(failing_since === null ? {} : { failing_since: isoTime(failing_since) }),
    ...(paused_until === null || paused_until <= at ? {} : { paused_until: isoTime(paused_until) }),
    created_at: isoTime(created_at),
    updated_at: isoTime(updated_at),
  };
}
