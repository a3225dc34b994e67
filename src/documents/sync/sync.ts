import type { Transaction } from '../../scope/transaction.js';
import { insertChunk, updateChunk } from '../chunks.js';
import { readDocumentTree, type DocumentTree } from '../document-tree.js';
import { recordDeletion, removeChunk } from '../deletions.js';
import { publishChunk } from '../events.js';
import type { MarkdownTree } from '../markdown/index.js';
import { placeChunk } from '../place.js';
import { keepRevision } from '../revisions.js';
import type { ChunkRow } from '../rows.js';
import { syncEdges } from './edges.js';
import { matchText, type TextChunk } from './match.js';
import { planSync, type Plan, type SyncOptions } from './plan.js';

export type { SyncMode, SyncOptions } from './plan.js';

export interface SyncResult {
  document_id: string;
  root_chunk_id: string;
  chunks_created: number;
  chunks_updated: number;
  chunks_moved: number;
  chunks_deleted: number;
  chunks_unchanged: number;
  edges_added: number;
  edges_removed: number;
}

// A chunk that makes room keeps its revision, as with any move among its siblings.
const SHIFT = 'UPDATE chunks SET position = ? WHERE id = ?';

/**
 * Brings a document to what a text says, with the fewest writes: a chunk that the text leaves as it is is
 * not written at all. Each write is what the ordinary operation would do, with its revision, audit row and
 * event. A chunk that is both changed and moved has two.
 *
 * @throws Refusal `not_found`, `root_chunk`, `revision_conflict`, `invalid_field`, `too_large`, `too_deep`, all before
 *   the first write
 */
export function syncDocument(tx: Transaction, documentId: string, text: MarkdownTree, options: SyncOptions): SyncResult {
  const document = readDocumentTree(tx.db, documentId);
  const texts = matchText(text.root, document, options.title);
  const plan = planSync(tx, document, texts, text.base, options);
  const written = write(tx, document, plan);
  const { added, removed } = syncEdges(tx, document, texts, text, options);
  return {
    document_id: documentId,
    root_chunk_id: document.root.id,
    chunks_created: texts.filter(({ row }) => row === undefined).length,
    chunks_updated: plan.updates.length,
    chunks_moved: plan.families.reduce((sum, { members }) => sum + members.filter(({ moves }) => moves).length, 0),
    chunks_deleted: plan.deletions.length,
    chunks_unchanged: document.rows.size - plan.deletions.length - written.size,
    edges_added: added,
    edges_removed: removed,
  };
}

/** @returns the chunks that were updated or moved, as they are now. */
function write(tx: Transaction, { document }: DocumentTree, plan: Plan): ReadonlyMap<string, ChunkRow> {
  const written = new Map<string, ChunkRow>();
  for (const { row, patch } of plan.updates) written.set(row.id, updateChunk(tx, row.id, row.revision, patch));
  for (const { parentId, members } of plan.families) {
    members.forEach(({ id, row, text, moves }, position) => {
      if (row === undefined) create(tx, document.id, parentId, position, text!);
      else if (moves) {
        keepRevision(tx, id);
        written.set(id, placeChunk(tx, 'move_chunk', written.get(id) ?? row, { parentId, position }));
      } else if (row.position !== position) tx.db.run(SHIFT, position, id);
    });
  }
  removeAll(tx, plan.deletions);
  return written;
}

function create(tx: Transaction, documentId: string, parentId: string, position: number, { id, chunk, said }: TextChunk): void {
  const row = insertChunk(tx, { ...said, title: chunk.title, id, document_id: documentId, parent_id: parentId, position });
  tx.audit('create_chunk', { documentId, chunkId: id, revision: row.revision });
  tx.touch(documentId);
  publishChunk(tx, 'create_chunk', row, null);
}

/** What hung together is one deletion, which `undelete` brings back as such. */
function removeAll(tx: Transaction, rows: readonly ChunkRow[]): void {
  const gone = new Map(rows.map((row) => [row.id, row]));
  const topOf = (row: ChunkRow): ChunkRow => {
    const parent = row.parent_id === null ? undefined : gone.get(row.parent_id);
    return parent ? topOf(parent) : row;
  };
  const families = new Map<ChunkRow, ChunkRow[]>();
  for (const row of rows) {
    const top = topOf(row);
    const family = families.get(top);
    if (family) family.push(row);
    else families.set(top, [row]);
  }
  for (const [top, family] of families) {
    const deletion = recordDeletion(tx, top, family.length);
    for (const row of family) remove(tx, row, deletion);
  }
}

function remove(tx: Transaction, row: ChunkRow, deletion: number): void {
  removeChunk(tx, row.id, deletion);
  tx.audit('delete_chunk', { documentId: row.document_id, chunkId: row.id, revision: row.revision });
  publishChunk(tx, 'delete_chunk', { ...row, status: null }, row.status);
}
