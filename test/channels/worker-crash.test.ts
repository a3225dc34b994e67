import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChannelHub, type LogPage } from '../../src/channels/hub.js';
import type { ScopeReply } from '../../src/scope/messages.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { Placement } from '../../src/scope/placement.js';

// A worker that dies between its commit and its message: what is in the log reaches every listener all the
// same, once and in order.

const KEY = 'default/user/denn';

let home: string;
let placement: Placement;
let hub: ChannelHub;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-hub-'));
  hub = new ChannelHub((_key, after, _select, done) => {
    void call('read', JSON.stringify({ after })).then((reply) => done(reply.ok ? (JSON.parse(reply.json) as LogPage) : undefined));
  });
  placement = new Placement({
    workerFile: fileURLToPath(new URL('../support/forgetful-worker.mjs', import.meta.url)),
    workers: 1,
    dataDir: home,
    synchronous: 'FULL',
    settings: DEFAULT_SETTINGS,
    idleMs: 1000,
    onFrame: (frame) => hub.onFrame(frame),
    onCrash: (ownsScope) => hub.onCrash(ownsScope),
  });
});
afterEach(async () => {
  await placement.stop();
  rmSync(home, { recursive: true });
});

function call(op: string, input = '{}'): Promise<ScopeReply> {
  return new Promise((resolve) =>
    placement.call({ key: KEY, tool: 't', op, input, author: { actor: 'a', agent: null, transport: 'http' }, cursor: null }, resolve),
  );
}

/** A listener that resolves once it heard the event with a seq. */
class Listener {
  readonly seqs: number[] = [];
  private readonly waiting = new Map<number, () => void>();

  constructor(group: string, head: number) {
    hub.join(KEY, [{ topic: 'things' }], head, group, (events) => {
      for (const { seq } of JSON.parse(`[${events}]`) as { seq: number }[]) {
        this.seqs.push(seq);
        this.waiting.get(seq)?.();
      }
    });
  }

  heard(seq: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.seqs.includes(seq)) resolve();
      else this.waiting.set(seq, resolve);
    });
  }
}

test('what a worker logged and did not send arrives after its death, in order and once', async () => {
  const early = new Listener('early', 0);
  await call('append');
  const lost = await Promise.all([call('append'), call('append-and-die'), call('append')]);
  expect(lost.some((reply) => !reply.ok)).toBe(true);
  await early.heard(3);
  // Who comes while the hub recovers waits for it, and hears nothing of what its page already held.
  const head = await new Promise<number>((resolve) => {
    hub.whenLive(KEY, () => void call('read', '{"after":1000}').then((reply) => resolve((JSON.parse(reply.json) as LogPage).head)));
  });
  const late = new Listener('late', head);
  const { json } = await call('append');
  await Promise.all([early.heard(Number(json)), late.heard(Number(json))]);
  expect(early.seqs).toEqual(Array.from({ length: Number(json) }, (_, n) => n + 1));
  expect(late.seqs).toEqual([Number(json)]);
});
