import { expect, test } from 'vitest';
import Database from 'better-sqlite3';
import path from 'node:path';
import { TestServer } from '../support/server.js';

// A crash loses nothing that was acknowledged, and leaves nothing half done.

const ROUNDS = Number(process.env.LOOMCYCLE_CRASH_ROUNDS ?? 4);
const WRITERS = 16;

interface Chunk {
  id: string;
  revision: number;
  body: string;
}

test(`what was acknowledged survives SIGKILL, ${ROUNDS} times`, async () => {
  const first = await TestServer.start();
  const { dataDir } = first;
  const { document_id } = await first.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const chunks = await Promise.all(
    Array.from({ length: WRITERS }, (_, n) => first.document<Chunk>('create_chunk', { document_id, title: `c${n}` })),
  );
  const acked = new Map(chunks.map(({ id, revision }) => [id, revision]));
  await first.kill();

  for (let round = 0; round < ROUNDS; round += 1) {
    const server = await TestServer.start({ dataDir });
    const target = 100 + 60 * round;
    let writes = 0;
    const killed = new Promise<void>((resolve, reject) => {
      const writer = async (id: string): Promise<void> => {
        for (;;) {
          const revision = acked.get(id)!;
          const updated = await server.document<Chunk>('update_chunk', { id, revision, body: `revision ${revision + 1}` });
          acked.set(id, updated.revision);
          writes += 1;
          // In the middle of everybody else's writes.
          if (writes === target) server.kill().then(resolve, reject);
        }
      };
      for (const { id } of chunks) writer(id).catch(() => undefined);
    });
    await killed;

    const after = await TestServer.start({ dataDir });
    for (const [id, revision] of acked) {
      const chunk = await after.document<Chunk>('get_chunk', { id });
      // A write that was in the file and whose answer was lost may be one ahead.
      expect([revision, revision + 1]).toContain(chunk.revision);
      expect(chunk.body).toBe(chunk.revision === 1 ? '' : `revision ${chunk.revision}`);
      acked.set(id, chunk.revision);
    }
    await after.kill();
    expectWhole(path.join(dataDir, 'sqlmem/default/user/denn.db'));
  }
});

/** Change, kept revision, audit row and event of every write are there together, and the log is dense. */
function expectWhole(file: string): void {
  const db = new Database(file, { readonly: true });
  const one = (sql: string): unknown => db.prepare(sql).pluck().get();
  expect(one('PRAGMA integrity_check')).toBe('ok');
  const updates = one('SELECT sum(revision - 1) FROM chunks');
  expect(one("SELECT count(*) FROM loom_audit WHERE op = 'update_chunk'")).toBe(updates);
  expect(one("SELECT count(*) FROM loom_channel_log WHERE payload ->> 'op' = 'update_chunk'")).toBe(updates);
  expect(one('SELECT count(*) FROM loom_revisions')).toBe(updates);
  expect(one('SELECT max(seq) - count(*) FROM loom_channel_log')).toBe(0);
  db.close();
}
