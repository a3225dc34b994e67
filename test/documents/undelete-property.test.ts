import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClockScope } from '../support/clock-scope.js';
import { contents, reason, type Made } from '../support/deletions.js';

interface Chunk {
  id: string;
  revision: number;
  position: number;
}

let scope: ClockScope;
beforeEach(() => {
  scope = new ClockScope();
});
afterEach(() => scope.close());

/** Makes edges in the file. */
function connect(edges: readonly [string, string][]): void {
  const db = new Database(scope.file);
  for (const [from, to] of edges) db.prepare("INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, 'to', 1795398450521000001)").run(from, to);
  db.close();
}

test('D23: for any tree and deletions, undoing them in reverse brings back all that was there', async () => {
  const some = fc.array(fc.nat(), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(some, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 }), some, async (parents, edges, victims) => {
      const { document_id, root_chunk_id } = await scope.document<Made>('create_document', { title: 'Any' });
      const ids = [root_chunk_id];
      for (const [index, parent] of parents.entries()) {
        const parent_id = ids[parent % ids.length];
        ids.push((await scope.document<Chunk>('create_chunk', { document_id, parent_id, title: `c${index}`, position: 0, body: `${index}` })).id);
      }
      connect(edges.map(([from, to]) => [ids[from % ids.length]!, ids[to % ids.length]!]));
      const snapshots: { before: unknown; undo: Record<string, unknown> }[] = [];
      for (const victim of victims) {
        const id = ids[victim % ids.length]!;
        const before = contents(scope);
        const whole = id === root_chunk_id;
        const done = await reason(whole ? scope.document('delete_document', { id: document_id }) : scope.document('delete_chunk', { id }));
        if (done === 'none') snapshots.push({ before, undo: whole ? { document_id } : { id } });
      }
      for (const { before, undo } of snapshots.toReversed()) {
        await scope.document('undelete', undo);
        expect(contents(scope)).toEqual(before);
      }
    }),
    { numRuns: 25 },
  );
});
