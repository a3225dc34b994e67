import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refusal } from '../../src/errors.js';
import { ScopeMarkers } from '../../src/scope/alarms.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { ScopeActor, type OperationExecutor } from '../../src/scope/actor.js';
import { ScopeHost } from '../../src/scope/host.js';
import type { CommitFrame, ScopeCall, ScopeReply } from '../../src/scope/messages.js';

// How an actor runs a batch, with operations that fail before, after and between their writes.

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-batch-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const WRITE = 'INSERT INTO documents (id, title, root_chunk_id, created_at, updated_at) VALUES (?, ?, ?, 0, 0)';

const executor: OperationExecutor = {
  writes: (_tool, op) => op !== 'count',
  runsLast: (_tool, op) => op === 'count',
  execute(tx, { op, input }) {
    const write = (id: string): void => {
      tx.db.run(WRITE, id, op, id);
      tx.publish('things', { id });
    };
    switch (op) {
      case 'write':
        write(input);
        return '"written"';
      case 'refuse':
        throw new Refusal('invalid_input', 'refused before it wrote');
      case 'tear':
        write(input);
        throw new Refusal('invalid_input', 'refused after it wrote');
      case 'break':
        tx.db.control('ROLLBACK');
        throw new Error('as a full disk does');
      default:
        return String(tx.head);
    }
  },
};

let nextId = 0;
function call(op: string, key = 'default/user/denn'): ScopeCall {
  const id = ++nextId;
  return { id, key, tool: 't', op, input: `id-${id}`, author: { actor: 'a', agent: null, transport: 'http' }, cursor: null };
}

function seqsOf(frames: readonly CommitFrame[]): number[] {
  return frames.flatMap((frame) => (JSON.parse(`[${frame.json}]`) as { seq: number }[]).map((event) => event.seq));
}

function titles(actor: ScopeHost): Promise<string> {
  return actor.drain([call('count')], 0).then(({ replies }) => replies[0]!.json);
}

const onAlarm = (): void => undefined;

test('for any batches: what succeeded is there, what was refused left nothing, the log is dense', async () => {
  const ops = fc.array(fc.array(fc.constantFrom('write', 'refuse', 'tear', 'count'), { minLength: 1, maxLength: 12 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(ops, async (batches) => {
      const dataDir = mkdtempSync(path.join(home, 'run-'));
      const host = new ScopeHost({ dataDir, synchronous: 'OFF', settings: DEFAULT_SETTINGS, idleMs: 1e9, executor, onAlarm });
      const frames: CommitFrame[] = [];
      let written = 0;
      for (const batch of batches) {
        const calls = batch.map((op) => call(op));
        const { replies, frames: out } = await host.drain(calls, Date.now());
        frames.push(...out);
        written += batch.filter((op) => op === 'write').length;
        const byId = new Map<number, ScopeReply>(replies.map((reply) => [reply.id, reply]));
        for (const [index, op] of batch.entries()) {
          const reply = byId.get(calls[index]!.id)!;
          expect(reply.ok).toBe(op === 'write' || op === 'count');
          // A reader of the log sees the whole batch, wherever it stood in it.
          if (op === 'count') expect(reply.json).toBe(String(written));
        }
      }
      expect(seqsOf(frames)).toEqual(Array.from({ length: written }, (_, n) => n + 1));
      host.close();
    }),
    { numRuns: 60 },
  );
});

test('a transaction that SQLite gave up fails every op of its batch, and the next one works', async () => {
  const host = new ScopeHost({ dataDir: home, synchronous: 'FULL', settings: DEFAULT_SETTINGS, idleMs: 1e9, executor, onAlarm });
  const { replies, frames } = await host.drain([call('write'), call('break'), call('write')], Date.now());
  expect(replies.map((reply) => [reply.ok, (JSON.parse(reply.json) as { reason: string }).reason])).toEqual(
    Array.from({ length: 3 }, () => [false, 'unavailable']),
  );
  expect(frames).toEqual([]);
  expect(await titles(host)).toBe('0');
  expect((await host.drain([call('write')], Date.now())).replies[0]!.ok).toBe(true);
  expect(await titles(host)).toBe('1');
  host.close();
});

test('one drain over many scopes commits each in its own file', async () => {
  const host = new ScopeHost({ dataDir: home, synchronous: 'FULL', settings: DEFAULT_SETTINGS, idleMs: 1e9, executor, onAlarm });
  const keys = Array.from({ length: 12 }, (_, n) => `default/user/u${n}`);
  const { replies, frames } = await host.drain(keys.flatMap((key) => [call('write', key), call('write', key)]), Date.now());
  expect(replies.every((reply) => reply.ok)).toBe(true);
  expect(frames.map((frame) => [frame.key, frame.first, frame.last]).toSorted()).toEqual(keys.map((key) => [key, 1, 2]).toSorted());
  host.close();
  const again = new ScopeActor(keys[0]!, path.join(home, 'sqlmem', `${keys[0]!}.db`), 'FULL', executor, new ScopeMarkers(home, 'alarms'), DEFAULT_SETTINGS);
  expect(again.run([call('count')], 0, false).replies[0]!.json).toBe('2');
  again.close();
});

test('an idle scope is closed, and opens again with all that it had', async () => {
  const host = new ScopeHost({ dataDir: home, synchronous: 'FULL', settings: DEFAULT_SETTINGS, idleMs: 10, executor, onAlarm });
  await host.drain([call('write')], 1000);
  host.closeIdle(1011);
  expect(await titles(host)).toBe('1');
  host.close();
});
