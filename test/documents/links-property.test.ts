import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChunk, insertChunk, updateChunk } from '../../src/documents/chunks.js';
import { createDocument, deleteDocument } from '../../src/documents/documents.js';
import { chunkById } from '../../src/documents/rows.js';
import { deleteChunk } from '../../src/documents/tree.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import { Transaction } from '../../src/scope/transaction.js';
import { ScopeDatabase } from '../../src/storage/scope-database.js';
import { bodyOf, LinkModel, links, name, type Link, type ModelChunk, type Name } from '../support/links.js';

// Whatever is written, renamed, deleted, brought back and linked by hand, in whatever order: the edges are
// those that a naive reading of all bodies gives, and those that were made by hand.

let home: string;
let db: ScopeDatabase;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-links-'));
  db = ScopeDatabase.open(path.join(home, 'scope.db'), 'OFF');
});
afterAll(() => {
  db.close();
  rmSync(home, { recursive: true });
});

const BY_HAND = 'INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, ?, ?)';
const NOT_BY_HAND = 'DELETE FROM chunk_edges WHERE from_id = ? AND to_id = ? AND kind = ?';
const EDGES = 'SELECT from_id, to_id, kind, source FROM chunk_edges';

/** A scope and what it should hold. Numbers pick a chunk. */
class Run {
  private readonly model = new LinkModel();
  private readonly deleted: ModelChunk[] = [];
  private readonly tx: Transaction;
  private now = 1;

  constructor(private readonly db: ScopeDatabase) {
    this.tx = new Transaction(db, DEFAULT_SETTINGS);
    this.tx.start(this.now);
    db.begin();
    this.document(['Home', 'home']);
  }

  tick(): void {
    this.tx.start(++this.now);
  }

  document(name: Name): void {
    const row = createDocument(this.tx, name[0]);
    this.model.addDocument(row.id, row.root_chunk_id, name);
  }

  chunk(pick: number, name: Name, links: Link[]): void {
    const { document } = this.pick(pick);
    const targets = this.model.withTargets(links);
    const { id } = createChunk(this.tx, { document_id: document.id, title: name[0], body: bodyOf(targets) });
    this.model.addChunk(id, document, name).links = targets;
  }

  write(pick: number, links: Link[]): void {
    const chunk = this.pick(pick);
    chunk.links = this.model.withTargets(links);
    updateChunk(this.tx, chunk.id, chunkById(this.db, chunk.id).revision, { body: bodyOf(chunk.links) });
  }

  rename(pick: number, name: Name): void {
    const chunk = this.pick(pick);
    chunk.name = name;
    updateChunk(this.tx, chunk.id, chunkById(this.db, chunk.id).revision, { title: name[0] });
  }

  remove(pick: number): void {
    const chunk = this.pick(pick);
    if (chunk === chunk.document.root) deleteDocument(this.tx, chunk.document.id, undefined);
    else {
      deleteChunk(this.tx, chunk.id, undefined);
      this.deleted.push(chunk);
    }
    this.model.remove(chunk);
    if (this.model.documents.length === 0) this.document(['Home', 'home']);
  }

  bringBack(): void {
    const chunk = this.deleted.find(({ document }) => this.model.documents.includes(document));
    if (!chunk) return;
    this.deleted.splice(this.deleted.indexOf(chunk), 1);
    const { id, document, name, links } = chunk;
    // As something new, so that a second delete keeps it once more.
    this.db.run('DELETE FROM loom_deleted WHERE chunk_id = ?', id);
    insertChunk(this.tx, { id, document_id: document.id, parent_id: document.root.id, position: 99, title: name[0], body: bodyOf(links) });
    this.model.addChunk(id, document, name).links = links;
  }

  hand(make: boolean, from: number, to: number, kind: string): void {
    const edge = [this.pick(from).id, this.pick(to).id, kind];
    if (make) {
      this.db.run(BY_HAND, ...edge, this.tx.at);
      this.model.byHand.add(edge.join(' '));
    } else {
      this.db.run(NOT_BY_HAND, ...edge);
      this.model.byHand.delete(edge.join(' '));
    }
  }

  check(): void {
    const stored = this.db.all<Record<'from_id' | 'to_id' | 'kind' | 'source', string>>(EDGES);
    const edges = new Map(stored.map(({ from_id, to_id, kind, source }) => [`${from_id} ${to_id} ${kind}`, source]));
    expect(edges).toEqual(this.model.edges());
  }

  end(): void {
    this.db.rollback();
  }

  private pick(number: number): ModelChunk {
    return this.model.chunks[number % this.model.chunks.length]!;
  }
}

const pick = fc.nat(30);
const chunk = fc.tuple(pick, name, links).map((args) => (run: Run) => run.chunk(...args));
const step = fc.oneof(
  chunk,
  chunk,
  name.map((name) => (run: Run) => run.document(name)),
  fc.tuple(pick, links).map((args) => (run: Run) => run.write(...args)),
  fc.tuple(pick, name).map((args) => (run: Run) => run.rename(...args)),
  pick.map((pick) => (run: Run) => run.remove(pick)),
  fc.constant((run: Run) => run.bringBack()),
  fc.constant((run: Run) => run.tick()),
  fc.tuple(fc.boolean(), pick, pick, fc.constantFrom('link', 'embed', 'cites')).map((args) => (run: Run) => run.hand(...args)),
);

test('the edges are those of all bodies read anew, and those made by hand', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const run = new Run(db);
      try {
        for (const step of steps) {
          step(run);
          run.check();
        }
      } finally {
        run.end();
      }
    }),
    { numRuns: 150 },
  );
});
