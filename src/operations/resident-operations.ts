import { z } from 'zod';
import { buryWake, countDeadWakes, listDeadWakes, redrivenWakes, redriveWakes } from '../scope/dead-wakes.js';
import { renewLease, setPaused, takeLease } from '../scope/leases.js';
import type { Transaction } from '../scope/transaction.js';
import { scopeOperation, type Operation } from './operation.js';
import { RESIDENT_TOOL } from './tool-names.js';

const ttl = z.int().min(1);

function op<Shape extends z.ZodRawShape>(
  name: string,
  summary: string,
  shape: Shape,
  run: (tx: Transaction, input: z.output<z.ZodObject<Shape>> & { consumer: string }) => unknown,
  readOnly = false,
): Operation {
  return scopeOperation(RESIDENT_TOOL, 'channel:read', {
    op: name,
    summary,
    internal: true,
    readOnly,
    input: z.strictObject({ op: z.literal(name), scope: z.string().optional(), consumer: z.string(), ...shape }),
    output: z.unknown(),
    run: (tx, input) => run(tx, input as never) ?? {},
  });
}

const ofWake = {
  reason: z.string(),
  events: z.array(z.unknown()),
  attempts: z.int(),
  error: z.string(),
  dead_wake: z.int().optional(),
};

/** Who calls is a resident's runner: what it says of itself comes with the call, as its wake and its cursor. */
export const residentOperations: readonly Operation[] = [
  op(
    'take',
    'Take the lease of a consumer, and learn where to go on',
    { holder: z.string(), ttl_ms: ttl, takeover: z.boolean(), schedule: z.string().nullable(), paused: z.boolean() },
    (tx, { ttl_ms: ttlMs, ...request }) => ({ ...takeLease(tx.db, { ttlMs, ...request }, tx.at), dead_wakes: countDeadWakes(tx.db, request.consumer) }),
  ),
  op('renew', 'Renew a lease', { token: z.int(), ttl_ms: ttl }, (tx, { consumer, token, ttl_ms: ttlMs }) =>
    renewLease(tx.db, consumer, token, ttlMs, tx.at),
  ),
  op('settle', 'Do nothing but move the cursor that the call carries', {}, () => undefined),
  op('hold', 'Do nothing but make sure of the lease', {}, () => undefined, true),
  op('bury', 'Keep a wake that failed too often', ofWake, (tx, { consumer, dead_wake: id, ...wake }) => {
    buryWake(tx.db, consumer, wake, id, tx.at);
    return { dead_wakes: countDeadWakes(tx.db, consumer) };
  }),
  op(
    'dead_wakes',
    'List the wakes that failed too often',
    { after: z.int(), limit: z.int().min(1) },
    (tx, { consumer, after, limit }) => ({
      total: countDeadWakes(tx.db, consumer),
      dead_wakes: listDeadWakes(tx.db, consumer, after, limit),
    }),
    true,
  ),
  op(
    'redriven',
    'The dead wakes that are to be woken for once more',
    { limit: z.int().min(1) },
    (tx, { consumer, limit }) => ({ dead_wakes: redrivenWakes(tx.db, consumer, limit) }),
    true,
  ),
  op('redrive', 'Have dead wakes woken for once more', { ids: z.array(z.int()).optional() }, (tx, { consumer, ids }) => ({
    redriven: redriveWakes(tx.db, consumer, ids, tx.at),
  })),
  op('pause', 'Pause or resume a resident', { paused: z.boolean(), declared: z.boolean() }, (tx, { consumer, paused, declared }) =>
    setPaused(tx.db, consumer, paused, declared),
  ),
];
