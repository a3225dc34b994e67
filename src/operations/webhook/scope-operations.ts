import { z } from 'zod';
import type { Transaction } from '../../scope/transaction.js';
import { syncDeclared } from '../../webhooks/declared.js';
import type { DeclaredWebhook } from '../../webhooks/definition.js';
import { addPing, claim } from '../../webhooks/outbox.js';
import { settle } from '../../webhooks/settle.js';
import { requireWebhook, tell } from '../../webhooks/webhooks.js';
import { scopeOperation, type Operation } from '../operation.js';

/** The runtime's own operations on the webhooks of a scope, for the sender of the main thread. */
export const WEBHOOK_TOOL = '_webhook';

const outcome = z.strictObject({
  at: z.number(),
  duration_ms: z.int(),
  response_code: z.int().optional(),
  response: z.string().optional(),
  error: z.string().optional(),
  retry_after: z.number().optional(),
});

function internal<Shape extends z.ZodRawShape>(
  op: string,
  summary: string,
  shape: Shape,
  run: (tx: Transaction, input: z.output<z.ZodObject<Shape & { op: z.ZodLiteral<string> }>>) => unknown,
  runsLast = false,
): Operation {
  return scopeOperation(WEBHOOK_TOOL, 'substrate:admin', {
    op,
    summary,
    internal: true,
    runsLast,
    input: z.strictObject({ op: z.literal(op), ...shape }),
    output: z.unknown(),
    run: (tx, input) => run(tx, input as never),
  });
}

export const webhookScopeOperations: readonly Operation[] = [
  internal('sync', 'Make the webhooks of yaml those that the configuration declares', { declared: z.array(z.custom<DeclaredWebhook>()) }, (tx, { declared }) => {
    syncDeclared(tx, declared);
    return {};
  }),
  // Last in its batch: what changes a webhook there is known before anything more is sent.
  internal('claim', 'Hand out what is to be sent', { held: z.array(z.string()) }, (tx, { held }) => claim(tx, held), true),
  internal('settle', 'Note how an attempt ended', { webhook: z.string(), message: z.string(), attempt: z.int(), outcome }, (tx, input) =>
    settle(tx, input.webhook, input.message, input.attempt, input.outcome),
  ),
  internal('ping', 'Put a ping into the outbox', { name: z.string() }, (tx, { name }) => {
    const webhook = requireWebhook(tx.db, name);
    const message_id = addPing(tx, webhook);
    tx.audit('webhook_test', {});
    tell(tx, 'ping', name, { message_id });
    return { message_id };
  }),
];
