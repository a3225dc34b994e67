import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { insertChunk } from './chunks.js';
import { insertDocument } from './documents.js';
import { publishChunk } from './events.js';
import { newId } from './ids.js';
import { requireLimits, requireRoom } from './limits.js';
import type { MarkdownChunk, MarkdownEdge } from './markdown/index.js';
import { chunkById, documentById, type ChunkRow } from './rows.js';
import { catchUpSoon } from './search/keeper.js';
import { openPosition } from './siblings.js';

/** So many chunks are indexed for search in the background: fewer, when someone searches. */
const MANY_CHUNKS = 500;

const LINK = 'INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, ?, ?)';
const KNOWN = 'SELECT 1 AS known FROM chunks WHERE id = ?';

/**
 * Puts whole trees of new chunks into a scope: one event for each chunk, named after the operation that
 * brings them. Audit and touch are that operation's.
 */
export class TreeImporter {
  created = 0;
  /** Ids in the source to the ids they got here. */
  private readonly ids = new Map<string, string>();

  constructor(
    private readonly tx: Transaction,
    private readonly op: string,
  ) {}

  /** @returns the root of the new document. */
  asDocument(root: MarkdownChunk, { title = root.title, path }: { title?: string | undefined; path?: string | undefined }): ChunkRow {
    requireAll([root]);
    requireRoom(this.tx.db, undefined, undefined, sizeOf([root]));
    const { body, type, status, fields } = root;
    const document = insertDocument(this.tx, title, { body, type, status, fields }, path);
    const row = chunkById(this.tx.db, document.root_chunk_id);
    this.told(root, row);
    this.insertAll(root.children, row, 0);
    return row;
  }

  /** Adds trees as the last children of a chunk, of the document's root where none is named. */
  below(documentId: string, parentId: string | undefined, roots: readonly MarkdownChunk[]): ChunkRow[] {
    const { db } = this.tx;
    const document = documentById(db, documentId);
    const parent = chunkById(db, parentId ?? document.root_chunk_id);
    if (parent.document_id !== document.id) {
      throw new Refusal('not_found', `chunk ${parent.id} is not in document ${document.id}`, { parent_id: parent.id });
    }
    requireAll(roots);
    requireRoom(db, document.id, parent.id, sizeOf(roots));
    return this.insertAll(roots, parent, openPosition(db, document.id, parent.id));
  }

  /** Edges between the new chunks, and from them to chunks that the scope has: the ids of others stand as they are. @returns how many. */
  link(edges: readonly MarkdownEdge[]): number {
    const { db, at } = this.tx;
    const made = new Set<string>();
    for (const { from, to, kind } of edges) {
      const fromId = this.ids.get(from);
      const toId = this.ids.get(to) ?? (db.get(KNOWN, to) && to);
      if (fromId === undefined || toId === undefined) continue;
      db.run(LINK, fromId, toId, kind, at);
      made.add(JSON.stringify([fromId, toId, kind]));
    }
    return made.size;
  }

  /** @returns the rows of `chunks`, without those of what is below them. */
  private insertAll(chunks: readonly MarkdownChunk[], parent: ChunkRow, first: number): ChunkRow[] {
    if (sizeOf(chunks).chunks > MANY_CHUNKS) catchUpSoon(this.tx);
    const rows: ChunkRow[] = [];
    const pending = chunks.map((chunk, index) => ({ chunk, parent, position: first + index })).reverse();
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { chunk, position } = next;
      const row = insertChunk(this.tx, {
        id: newId(),
        document_id: parent.document_id,
        parent_id: next.parent.id,
        position,
        title: chunk.title,
        body: chunk.body,
        type: chunk.type,
        status: chunk.status,
        fields: chunk.fields,
      });
      this.told(chunk, row);
      if (next.parent === parent) rows.push(row);
      for (let index = chunk.children.length - 1; index >= 0; index--) {
        pending.push({ chunk: chunk.children[index]!, parent: row, position: index });
      }
    }
    return rows;
  }

  private told(chunk: MarkdownChunk, row: ChunkRow): void {
    this.created += 1;
    if (chunk.id !== undefined && !this.ids.has(chunk.id)) this.ids.set(chunk.id, row.id);
    publishChunk(this.tx, this.op, row, null);
  }
}

/** @throws Refusal `too_large` */
function requireAll(roots: readonly MarkdownChunk[]): void {
  const pending = [...roots];
  for (let chunk = pending.pop(); chunk !== undefined; chunk = pending.pop()) {
    requireLimits(chunk);
    for (const child of chunk.children) pending.push(child);
  }
}

function sizeOf(roots: readonly MarkdownChunk[]): { chunks: number; height: number } {
  const size = { chunks: 0, height: 0 };
  for (let level = roots; level.length > 0; level = level.flatMap((chunk) => chunk.children)) {
    size.chunks += level.length;
    size.height += 1;
  }
  return size;
}
