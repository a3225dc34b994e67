import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEWS, WebhookScope } from '../support/webhook-scope.js';

// Whatever happens, in whatever order: an event is accepted at least once, or it still waits, or it is a dead
// letter. Nothing is lost.

type Step =
  | { kind: 'publish'; count: number }
  | { kind: 'crash' | 'disable' | 'enable' | 'redrive' | 'wait' | 'claim' }
  | { kind: 'answer'; code: number; last: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 10 }) }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'claim' }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('answer' as const), code: fc.constantFrom(200, 204, 410, 429, 500, 500, 0), last: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constantFrom<Step['kind'] & ('crash' | 'disable' | 'enable' | 'redrive' | 'wait')>('crash', 'disable', 'enable', 'redrive', 'wait').map((kind): Step => ({ kind })) },
);

test('nothing is lost, whatever receivers answer and whenever the sender ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), async (steps) => {
      const scope = new WebhookScope({ retryMs: [1], maxWaiting: 6 });
      try {
        await play(scope, steps);
      } finally {
        scope.close();
      }
    }),
    { numRuns: 60 },
  );
});

interface Held {
  id: string;
  attempt: number;
  body: string;
}

async function play(scope: WebhookScope, steps: readonly Step[]): Promise<void> {
  const { id } = await scope.create('w');
  const published: number[] = [];
  const accepted: number[] = [];
  const bodies = new Map<string, string>();
  let held: Held[] = [];

  const claim = async (): Promise<void> => {
    const [webhook] = (await scope.claims(held.map((message) => message.id))).webhooks;
    for (const message of webhook?.messages ?? []) {
      expect(held.some((other) => other.id === message.id)).toBe(false);
      // An id is that of one event, in the same words.
      expect(bodies.get(message.id) ?? message.body).toBe(message.body);
      bodies.set(message.id, message.body);
      held.push(message);
    }
  };
  const answer = async (code: number, last: boolean): Promise<void> => {
    const message = last ? held.pop() : held.shift();
    if (!message) return;
    await scope.settle(id, message.id, message.attempt, code === 0 ? { error: 'gone' } : { response_code: code, ...(code === 429 ? { retry_after: 5 } : {}) });
    if (code < 200 || code > 299) return;
    accepted.push(valueOf(message));
  };

  for (const each of steps) {
    scope.now += 1;
    if (each.kind === 'publish') {
      for (let n = 0; n < each.count; n += 1) {
        published.push(published.length);
        await scope.publish(NEWS, published.length - 1);
      }
    } else if (each.kind === 'claim') await claim();
    else if (each.kind === 'answer') await answer(each.code, each.last);
    else if (each.kind === 'wait') scope.now += 1000;
    else if (each.kind === 'crash') {
      held = [];
      scope.reopen();
    } else await scope.webhook(each.kind, { name: 'w', ...(each.kind === 'redrive' ? { waiting: true } : {}) });
  }

  // What is left, is there: a receiver that takes everything gets it all.
  held = [];
  for (let round = 0; round < 100; round += 1) {
    scope.now += 10_000;
    await scope.webhook('enable', { name: 'w' });
    await scope.webhook('redrive', { name: 'w' });
    await claim();
    if (held.length === 0) break;
    while (held.length > 0) await answer(200, false);
  }
  expect([...new Set(accepted)].toSorted((a, b) => a - b)).toEqual(published);
  expect(await scope.webhook('get', { name: 'w' })).toMatchObject({ waiting: 0, dead: 0 });
}

function valueOf({ body }: Held): number {
  return (JSON.parse(body) as { data: { payload: { value: number } } }).data.payload.value;
}
