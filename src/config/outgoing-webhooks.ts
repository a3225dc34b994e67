import { z } from 'zod';
import { parseRange } from '../webhooks/address.js';
import { changeable, webhookName } from '../webhooks/declaration.js';
import { WEBHOOK_SCOPES } from '../webhooks/definition.js';
import { DEFAULT_WEBHOOK_SETTINGS as DEFAULTS, type UrlRules, type WebhookSettings } from '../scope/webhook-settings.js';
import { urlProblem } from '../webhooks/url.js';
import { duration, durationText } from './duration.js';

/** A host by name: in the hosts file it may be short. */
export const hostName = z.string().regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/);

/** The block `outgoing_webhooks`. @param tokenEnv a variable that may hold a secret. */
export function outgoingWebhooks(tokenEnv: z.ZodType<string, string>) {
  const endpoint = changeable.extend({
    principal: z.string().describe('Name of the principal whose events are sent'),
    scope: z.enum(WEBHOOK_SCOPES).default('user').describe('Whose events, see [WEBHOOKS](WEBHOOKS.md#the-tool)'),
    agent: z.string().min(1).max(128).optional().describe('With scope agent: its name'),
    secret_env: z
      .union([tokenEnv.transform((name) => [name]), z.array(tokenEnv).min(1).max(5)])
      .describe('Variable that holds the secret; of several each signs, so that a secret can be replaced'),
    enabled: z.boolean().default(true).describe('Whether it sends'),
  });
  return z
    .strictObject({
      endpoints: z.record(webhookName, endpoint).default({}).describe('Webhooks by name'),
      retry: z.array(duration).max(50).prefault(DEFAULTS.retryMs.map(durationText)).describe('Pauses between the attempts of a message'),
      timeout: duration.prefault('15s').describe('How long an attempt may take'),
      max_connections: z.int().min(1).max(10_000).default(256).describe('Requests under way at the same time'),
      max_connections_per_scope: z.int().min(1).max(10_000).default(16).describe('Of them, those for the webhooks of one scope'),
      max_waiting: z.int().min(1).default(DEFAULTS.maxWaiting).describe('Messages of a webhook that wait for another attempt; more wait in the log'),
      disable_after: duration.prefault(durationText(DEFAULTS.disableAfterMs)).describe('A webhook that only failed for so long is disabled'),
      secret_grace: duration.prefault(durationText(DEFAULTS.secretGraceMs)).describe('How long a replaced secret goes on signing'),
      keep: duration.prefault(durationText(DEFAULTS.keep.maxAgeMs)).describe('How long the delivery log and dead letters are kept'),
      max_deliveries: z.int().min(1).default(DEFAULTS.keep.maxDeliveries).describe('Rows of the delivery log of a webhook'),
      max_dead_letters: z.int().min(1).default(DEFAULTS.keep.maxDeadLetters).describe('Dead letters of a webhook'),
      https_only: z.boolean().default(DEFAULTS.urls.httpsOnly).describe('Whether URLs must be https'),
      ports: z.array(z.int().min(1).max(65_535)).min(1).nullable().default(null).describe('Ports that webhooks may go to; null for all'),
      allow_private: z
        .array(z.string().refine((entry) => parseRange(entry) !== undefined || hostName.safeParse(entry).success, 'an address, a CIDR range or a host name'))
        .default([])
        .describe('Addresses, CIDR ranges and host names that are private and allowed'),
    })
    .superRefine((block, ctx) => {
      for (const [name, { url }] of Object.entries(block.endpoints)) {
        const message = urlProblem(url, urlRules(block));
        if (message) ctx.addIssue({ code: 'custom', path: ['endpoints', name, 'url'], message });
      }
    });
}

export type OutgoingWebhooksConfig = z.output<ReturnType<typeof outgoingWebhooks>>;

function urlRules({ https_only, ports, allow_private }: Pick<OutgoingWebhooksConfig, 'https_only' | 'ports' | 'allow_private'>): UrlRules {
  return { httpsOnly: https_only, ports, allowPrivate: allow_private };
}

/** What of the block the scopes have to know. */
export function webhookSettings(block: OutgoingWebhooksConfig): WebhookSettings {
  return {
    retryMs: block.retry,
    disableAfterMs: block.disable_after,
    secretGraceMs: block.secret_grace,
    maxWaiting: block.max_waiting,
    keep: { maxAgeMs: block.keep, maxDeliveries: block.max_deliveries, maxDeadLetters: block.max_dead_letters },
    urls: urlRules(block),
  };
}
