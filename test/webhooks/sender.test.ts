import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refusal } from '../../src/errors.js';
import { HttpPoster } from '../../src/webhooks/request.js';
import { WebhookSender } from '../../src/webhooks/sender.js';
import { DEFAULT_WEBHOOK_SETTINGS } from '../../src/scope/webhook-settings.js';
import { KEY } from '../support/channel-scope.js';
import { Receiver, type WebhookBody } from '../support/receiver.js';
import { NEWS, WebhookScope } from '../support/webhook-scope.js';

// The sender of the main thread, when threads die, calls fail and webhooks change around it.

let scope: WebhookScope;
let sender: WebhookSender;
let stopped: Promise<void> | undefined;
const receivers: Receiver[] = [];
/** Runs after each call that the sender makes, before it hears of it. */
let after: (op: string) => void;

beforeEach(() => {
  const urls = { ...DEFAULT_WEBHOOK_SETTINGS.urls, allowPrivate: ['127.0.0.1'] };
  scope = new WebhookScope({ urls });
  after = () => undefined;
  stopped = undefined;
  sender = new WebhookSender({
    poster: new HttpPoster(urls, 60_000, 'test'),
    maxConnections: 3,
    maxConnectionsPerScope: 2,
    attemptWaitMs: 60_000,
    secretsOf: () => [],
    run: async (_, op, input) => {
      const result = await scope.run('_webhook', op, input);
      after(op);
      return result;
    },
  });
});
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()));
  await (stopped ?? sender.stop());
  scope.close();
});

async function webhook(name: string, respond?: Parameters<typeof Receiver.start>[0]): Promise<Receiver> {
  const receiver = await Receiver.start(respond);
  receivers.push(receiver);
  await scope.create(name, { url: receiver.url });
  return receiver;
}

/** Tells the sender of what was committed, as placement does. */
function tellAll(): void {
  for (const frame of scope.frames.splice(0)) sender.onFrame(frame);
}

test('events of which it was not told, because the worker died, are sent all the same', async () => {
  const receiver = await webhook('w');
  await scope.publish(NEWS, 1);
  scope.frames.length = 0;
  sender.onCrash((key) => key !== KEY, [KEY]);
  sender.onCrash((key) => key === KEY, [KEY]);
  await receiver.count(1);
  await scope.publish(NEWS, 2);
  scope.frames.length = 0;
  sender.onCrash((key) => key === KEY, []);
  await receiver.count(2);
  expect(receiver.values).toEqual([1, 2]);
});

test('an outcome of which nobody knows whether it was noted is noted again, and the message is not sent again', async () => {
  const receiver = await webhook('w');
  let settles = 0;
  const twice = new Promise<void>((resolve) => {
    after = (op) => {
      if (op !== 'settle') return;
      settles += 1;
      if (settles === 1) throw new Refusal('unavailable', 'the worker ended', { effect: 'unknown' });
      resolve();
    };
  });
  await scope.publish(NEWS, 1);
  tellAll();
  await twice;
  expect(await scope.webhook<{ deliveries: unknown[] }>('deliveries', { name: 'w' })).toMatchObject({ deliveries: [{ attempt: 1, status: 'succeeded' }] });
  await scope.publish(NEWS, 2);
  tellAll();
  await receiver.count(2);
  expect(receiver.values).toEqual([1, 2]);
});

test('a scope has no more requests under way than its share, so that others have room; who waits comes when one ends', async () => {
  const held: (() => void)[] = [];
  const started: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    await webhook(name, (_, response) => {
      started.push(name);
      held.push(() => response.writeHead(204).end());
    });
  }
  await scope.publish(NEWS, 1);
  tellAll();
  await Promise.all(receivers.slice(0, 2).map((receiver) => receiver.count(1)));
  expect(started.toSorted()).toEqual(['a', 'b']);
  held.shift()!();
  await receivers[2]!.count(1);
  expect(started.at(-1)).toBe('c');
});

test('a webhook that is disabled while messages of it are at hand sends none of them', async () => {
  let answer = (): void => undefined;
  const receiver = await webhook('w', (_, response) => void (answer = () => response.writeHead(204).end()));
  const other = await webhook('other');
  for (let n = 0; n < 5; n += 1) await scope.publish(NEWS, n);
  tellAll();
  await receiver.count(1);
  await scope.webhook('disable', { name: 'w' });
  tellAll();
  const settled = new Promise<void>((resolve) => (after = (op) => op === 'settle' && resolve()));
  answer();
  await settled;
  await scope.publish(NEWS, 'last');
  tellAll();
  await other.until(() => other.values.includes('last'));
  expect(receiver.received).toHaveLength(1);
  expect(await scope.webhook<WebhookBody>('get', { name: 'w' })).toMatchObject({ waiting: 4 });
});

test('a request under way when the runtime stops is made again after the next start', async () => {
  const receiver = await webhook('w', () => undefined);
  await scope.publish(NEWS, 1);
  tellAll();
  await receiver.count(1);
  stopped = sender.stop();
  await stopped;
  expect(await scope.due('w')).toMatchObject([{ id: receiver.ids[0], attempt: 1 }]);
});
