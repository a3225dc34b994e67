import { z } from 'zod';
import { Refusal } from '../../errors.js';
import type { Transaction } from '../../scope/transaction.js';
import { changeable } from '../../webhooks/declaration.js';
import { deadLettersOf, deliveriesOf } from '../../webhooks/deliveries.js';
import { describeWebhook } from '../../webhooks/describe.js';
import { createWebhook, disable, enable, removeWebhook, rotateSecret, updateWebhook } from '../../webhooks/manage.js';
import { redrive, replayMessage, replayRange, MAX_REPLAYED } from '../../webhooks/replay.js';
import { listWebhooks, requireWebhook } from '../../webhooks/webhooks.js';
import { scopeOperation, serviceOperation, type Operation } from '../operation.js';
import * as shapes from './shapes.js';

const TOOL = 'outgoing_webhook';
const TENANT = 'substrate:tenant';
const { name, target } = shapes;
const { url, topic, ...optional } = changeable.shape;

/** What can be left out can be taken away by null. */
const changes = {
  url: url.optional(),
  topic: topic.optional(),
  filter: optional.filter.nullable(),
  event_types: optional.event_types.nullable(),
  headers: optional.headers.nullable(),
  description: optional.description.nullable(),
  max_in_flight: optional.max_in_flight.nullable(),
};

type Target = typeof target;

interface Spec<Shape extends z.ZodRawShape> {
  op: string;
  summary: string;
  shape: Shape;
  output: z.ZodType;
  readOnly?: boolean;
  destructive?: boolean;
  openWorld?: boolean;
  run(tx: Transaction, input: z.output<z.ZodObject<Shape & Target>>): unknown;
}

function operation<Shape extends z.ZodRawShape>({ shape, run, ...spec }: Spec<Shape>): Operation {
  return scopeOperation(TOOL, TENANT, {
    ...spec,
    input: z.strictObject({ op: z.literal(spec.op), ...target, ...shape }),
    run: (tx, input) => {
      requireNoAgent(tx);
      const result = run(tx, input as never);
      if (!spec.readOnly) tx.audit(`webhook_${spec.op}`, {});
      return result;
    },
  });
}

/** What an agent may hear is bounded by its channels: a webhook would be a way around. */
function requireNoAgent({ author: { agent } }: Transaction): void {
  if (agent !== null) throw new Refusal('forbidden', 'webhooks are for principals: agents have none', { agent });
}

export const webhookOperations: readonly Operation[] = [
  operation({
    op: 'create',
    openWorld: true,
    summary: 'Send the events of a topic to a URL, signed by the rules of Standard Webhooks; the secret is shown this once',
    shape: {
      name,
      ...changeable.shape,
      enabled: z.boolean().default(true),
      secret: shapes.secretIn,
      after: z.int().min(0).optional().describe('Begin after this seq; default: now'),
    },
    output: shapes.withSecretOut,
    run: (tx, input) => {
      const { webhook, secret } = createWebhook(tx, input);
      return { ...describeWebhook(tx, webhook), secret };
    },
  }),
  operation({
    op: 'update',
    summary: 'Change a webhook; null takes away what can be left out. What is in the outbox goes to the new url, too',
    shape: { name, revision: z.int().min(1).optional().describe('Refused where it is no longer at this revision'), ...changes },
    output: shapes.webhookOut,
    run: (tx, { name: which, revision, ...rest }) => describeWebhook(tx, updateWebhook(tx, which, revision, rest)),
  }),
  operation({
    op: 'get',
    summary: 'Show a webhook: where it goes, how far it is, what waits',
    readOnly: true,
    shape: { name },
    output: shapes.webhookOut,
    run: (tx, { name: which }) => describeWebhook(tx, requireWebhook(tx.db, which)),
  }),
  operation({
    op: 'list',
    summary: 'List the webhooks of a scope',
    readOnly: true,
    shape: {},
    output: z.object({ webhooks: z.array(shapes.webhookOut) }),
    run: (tx) => ({ webhooks: listWebhooks(tx.db).map((webhook) => describeWebhook(tx, webhook)) }),
  }),
  operation({
    op: 'delete',
    summary: 'Delete a webhook with its outbox, delivery log and dead letters',
    destructive: true,
    shape: { name },
    output: z.object({ name: z.string(), deleted: z.literal(true) }),
    run: (tx, { name: which }) => {
      removeWebhook(tx, which);
      return { name: which, deleted: true };
    },
  }),
  operation({
    op: 'rotate_secret',
    summary: 'Give a webhook a new secret, shown this once; those before it go on signing for a grace time',
    shape: { name, secret: shapes.secretIn, grace: shapes.grace },
    output: shapes.withSecretOut,
    run: (tx, { name: which, secret: given, grace }) => {
      const { webhook, secret } = rotateSecret(tx, which, given, grace === undefined ? undefined : grace * 1000);
      return { ...describeWebhook(tx, webhook), secret };
    },
  }),
  operation({
    op: 'enable',
    openWorld: true,
    summary: 'Go on sending: first what waits, then what came meanwhile',
    shape: { name, skip_missed: z.boolean().default(false).describe('Leave out the events that came while it was disabled') },
    output: shapes.webhookOut,
    run: (tx, { name: which, skip_missed: skipMissed }) => describeWebhook(tx, enable(tx, which, skipMissed)),
  }),
  operation({
    op: 'disable',
    summary: 'Stop sending; what waits and the place in the log are kept',
    shape: { name },
    output: shapes.webhookOut,
    run: (tx, { name: which }) => describeWebhook(tx, disable(tx, which)),
  }),
  operation({
    op: 'deliveries',
    summary: 'Read the delivery log: a row for each attempt, the newest first',
    readOnly: true,
    shape: {
      name,
      message_id: shapes.messageId.optional(),
      status: z.enum(['succeeded', 'failed']).optional(),
      limit: shapes.limit,
      cursor: shapes.cursorIn,
    },
    output: z.object({ deliveries: z.array(shapes.deliveryOut), next_cursor: z.string().optional() }),
    run: (tx, { name: which, ...query }) => deliveriesOf(tx, requireWebhook(tx.db, which), query),
  }),
  operation({
    op: 'replay',
    openWorld: true,
    summary: `Send events again that are still in the log: what one message carried, or a range of seq, ${MAX_REPLAYED} at most`,
    shape: { name, message_id: shapes.messageId.optional(), from_seq: z.int().min(1).optional(), to_seq: z.int().min(1).optional() },
    output: shapes.replayedOut,
    run: (tx, { name: which, message_id: message, from_seq: from, to_seq: to }) => {
      const webhook = requireWebhook(tx.db, which);
      if ((message === undefined) === (from === undefined) || (from === undefined && to !== undefined)) {
        throw new Refusal('invalid_input', 'replay: send message_id, or from_seq with or without to_seq');
      }
      return message === undefined ? replayRange(tx, webhook, from!, to ?? tx.head) : replayMessage(tx, webhook, message);
    },
  }),
  operation({
    op: 'dead_letters',
    summary: 'Read what could not be delivered',
    readOnly: true,
    shape: { name, limit: shapes.limit, cursor: shapes.cursorIn },
    output: z.object({ dead_letters: z.array(shapes.deadLetterOut), next_cursor: z.string().optional() }),
    run: (tx, { name: which, limit, cursor }) => deadLettersOf(tx, requireWebhook(tx.db, which), limit, cursor),
  }),
  operation({
    op: 'redrive',
    openWorld: true,
    summary: `Send dead letters again: those named, or the oldest ${MAX_REPLAYED}`,
    shape: {
      name,
      message_ids: z.array(shapes.messageId).min(1).max(MAX_REPLAYED).optional(),
      waiting: z.boolean().default(false).describe('Also try now what waits for another attempt'),
    },
    output: z.object({ redriven: z.int(), hurried: z.int() }),
    run: (tx, { name: which, message_ids: ids, waiting }) => redrive(tx, requireWebhook(tx.db, which), ids, waiting),
  }),
  serviceOperation(TOOL, TENANT, {
    op: 'test',
    openWorld: true,
    summary: 'Send a signed ping, once, also while the webhook is disabled, and tell what came back',
    keyless: true,
    input: z.strictObject({ op: z.literal('test'), ...target, name }),
    output: shapes.pingOut,
    run: async ({ webhooks }, call, { name: which, ...whose }) => webhooks.test(call, whose, which),
  }),
];
