import { Refusal } from '../../errors.js';
import type { ScopeCall } from '../../scope/messages.js';
import { scopeKey } from '../../scope/scope.js';
import { succeeded, type Outcome } from '../../webhooks/settle.js';
import type { ServiceCall } from '../operation.js';
import type { ScopeResolver } from '../scope-resolver.js';
import { WEBHOOK_TOOL } from './scope-operations.js';

export interface WebhookServiceOptions {
  readonly scopes: ScopeResolver;
  /** Runs an operation in a scope. Rejects with a Refusal. */
  run(call: Omit<ScopeCall, 'id'>): Promise<unknown>;
  /** How the attempt to send a message ends; undefined where that takes too long. */
  outcomeOf(message: string): Promise<Outcome | undefined>;
}

export interface Ping {
  message_id: string;
  status: 'succeeded' | 'failed' | 'waiting';
  response_code?: number | undefined;
  response?: string | undefined;
  error?: string | undefined;
  duration_ms?: number;
}

/** Webhooks as the main thread offers them: it knows what the sender does. */
export class WebhookService {
  constructor(private readonly options: WebhookServiceOptions) {}

  /** Sends a ping and waits for what comes back. @throws Refusal `not_found`, `scope_unsupported`, `forbidden` */
  async test(call: ServiceCall, whose: Record<string, unknown>, name: string): Promise<Ping> {
    const { principal, agent, transport } = call;
    if (agent !== undefined) throw new Refusal('forbidden', 'webhooks are for principals: agents have none', { agent });
    const { message_id } = (await this.options.run({
      key: scopeKey(this.options.scopes.resolve({ principal, input: whose })),
      tool: WEBHOOK_TOOL,
      op: 'ping',
      input: JSON.stringify({ op: 'ping', name }),
      author: { actor: principal.subject, agent: null, transport },
      cursor: null,
    })) as { message_id: string };
    const outcome = await this.options.outcomeOf(message_id);
    if (!outcome) return { message_id, status: 'waiting' };
    const { response_code, response, error, duration_ms } = outcome;
    return { message_id, status: succeeded(outcome) ? 'succeeded' : 'failed', response_code, response, error, duration_ms };
  }
}
