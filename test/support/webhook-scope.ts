import type { Claim, Claimed } from '../../src/webhooks/outbox.js';
import { DEFAULT_WEBHOOK_SETTINGS, type WebhookSettings } from '../../src/scope/webhook-settings.js';
import type { Outcome, Settled } from '../../src/webhooks/settle.js';
import { ChannelScope, declared } from './channel-scope.js';
import type { WebhookBody } from './receiver.js';

/** The channel whose messages the webhooks of these tests send. */
export const NEWS = declared('news', { semantic: 'broadcast' });

/** A scope with webhooks in a real file and a clock that only the test moves; the test is the sender. */
export class WebhookScope extends ChannelScope {
  constructor(settings: Partial<WebhookSettings> = {}) {
    super({ webhooks: { ...DEFAULT_WEBHOOK_SETTINGS, ...settings } });
  }

  webhook<Result = WebhookBody>(op: string, input: Record<string, unknown>): Promise<Result> {
    return this.run('outgoing_webhook', op, input);
  }

  create(name: string, more: Record<string, unknown> = {}): Promise<WebhookBody> {
    return this.webhook('create', { name, url: 'https://receiver.example/', topic: 'news', ...more });
  }

  claims(held: readonly string[] = []): Promise<Claim> {
    return this.run('_webhook', 'claim', { held });
  }

  /** What one webhook is to send now. */
  async due(name: string): Promise<Claimed['messages']> {
    return (await this.claims()).webhooks.find((webhook) => webhook.name === name)?.messages ?? [];
  }

  settle(webhook: string, message: string, attempt: number, outcome: Partial<Outcome>): Promise<Settled> {
    const ended = { at: this.now, duration_ms: 1, ...outcome };
    return this.run('_webhook', 'settle', { webhook, message, attempt, outcome: ended });
  }

  /** What was published to a topic. */
  async eventsOf(topic: string): Promise<Record<string, unknown>[]> {
    const { events } = await this.run<{ events: { payload: Record<string, unknown> }[] }>('_log', 'read', { after: 0, select: [{ topic }], limit: 100_000 });
    return events.map(({ payload }) => payload);
  }
}
