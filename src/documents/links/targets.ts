import type { Transaction } from '../../scope/transaction.js';
import type { ChunkRow } from '../rows.js';
import type { LinkKind } from './body-links.js';
import { fold } from './fold.js';
import { resolveLink } from './resolve.js';

// Keeps links pointing at the right chunk while chunks come, go and change their titles.

export interface LinkRow {
  from_id: string;
  kind: LinkKind;
  target: string;
  document_id: string;
  in_document: string | null;
  heading: string | null;
  to_id: string | null;
}

export type Titled = Pick<ChunkRow, 'id' | 'document_id' | 'parent_id' | 'title'>;

const ADD_TITLE = `INSERT OR IGNORE INTO loom_titles (title, document_id, created_at, chunk_id)
  SELECT ?, document_id, created_at, id FROM chunks WHERE id = ?`;
const DROP_TITLE = `DELETE FROM loom_titles WHERE title = ? AND document_id = ?
  AND created_at = (SELECT created_at FROM chunks WHERE id = ?) AND chunk_id = ?`;

const COLUMNS = 'from_id, kind, target, document_id, in_document, heading, to_id';
/**
 * A chunk that is not older than all others of its title takes no link that already leads somewhere, except
 * within its document: a link to «Summary» must not cost more with every document that has a summary.
 */
const MAY_TAKE = `(to_id IS NULL OR document_id = ? OR EXISTS (
  SELECT 1 FROM loom_titles WHERE title = ? AND chunk_id <> ? AND created_at >= (SELECT created_at FROM chunks WHERE id = ?)))`;
const WAITING = `SELECT ${COLUMNS} FROM loom_links WHERE target = ? AND (heading IS NOT NULL OR ${MAY_TAKE})
  UNION ALL SELECT ${COLUMNS} FROM loom_links WHERE heading = ? AND ${MAY_TAKE}
  UNION ALL SELECT ${COLUMNS} FROM loom_links WHERE in_document = ?
  UNION ALL SELECT ${COLUMNS} FROM loom_links WHERE target IN (?, ?)`;
const LEADING_TO = `SELECT ${COLUMNS} FROM loom_links WHERE to_id = ?
  UNION ALL SELECT ${COLUMNS} FROM loom_links WHERE in_document = ?`;

const POINT = 'UPDATE loom_links SET to_id = ? WHERE from_id = ? AND kind = ? AND target = ?';
const ADD_EDGE = "INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at, source) VALUES (?, ?, ?, ?, 'body')";
const DROP_EDGE = "DELETE FROM chunk_edges WHERE from_id = ? AND to_id = ? AND kind = ? AND source = 'body'";

/** To be called when a chunk has come to be, with its row in place. */
export function addTitle(tx: Transaction, row: Titled): void {
  const title = fold(row.title);
  tx.db.run(ADD_TITLE, title, row.id);
  settle(tx, waitingFor(tx, row, title));
}

/** To be called when a chunk has another title. */
export function changeTitle(tx: Transaction, row: Titled, before: string): void {
  const [old, title] = [fold(before), fold(row.title)];
  if (old === title) return;
  tx.db.run(DROP_TITLE, old, row.document_id, row.id, row.id);
  tx.db.run(ADD_TITLE, title, row.id);
  settle(tx, leadingTo(tx, row, old));
  settle(tx, waitingFor(tx, row, title));
}

/** To be called before the row of a chunk is deleted, when its own links are gone. */
export function dropTitle(tx: Transaction, row: Titled): void {
  const title = fold(row.title);
  tx.db.run(DROP_TITLE, title, row.document_id, row.id, row.id);
  settle(tx, leadingTo(tx, row, title), row.id);
}

/** Makes the edge of a resolved link, unless there is one already. */
export function addEdge(tx: Transaction, fromId: string, toId: string, kind: LinkKind): void {
  tx.db.run(ADD_EDGE, fromId, toId, kind, tx.at);
}

/**
 * Takes the edge of a link away that is in loom_links no more, unless a call made it too. Where another link
 * of the body leads to the same chunk, the trigger `loom_edge_unmade` puts it back.
 */
export function dropEdge(tx: Transaction, fromId: string, toId: string, kind: LinkKind): void {
  tx.db.run(DROP_EDGE, fromId, toId, kind);
}

function waitingFor(tx: Transaction, row: Titled, title: string): LinkRow[] {
  const { id, document_id: documentId, parent_id: parentId } = row;
  const isRoot = parentId === null;
  const mayTake = [documentId, title, id, id];
  return tx.db.all<LinkRow>(WAITING, title, ...mayTake, title, ...mayTake, isRoot ? title : null, id, isRoot ? documentId : null);
}

function leadingTo(tx: Transaction, row: Titled, title: string): LinkRow[] {
  return tx.db.all<LinkRow>(LEADING_TO, row.id, row.parent_id === null ? title : null);
}

/** Resolves links anew. One that is named twice takes the same way twice, to no harm. */
function settle(tx: Transaction, links: readonly LinkRow[], gone?: string): void {
  const known = new Map<string, string | null>();
  for (const link of links) {
    const key = `${link.document_id} ${link.target}`;
    let to = known.get(key);
    if (to === undefined) known.set(key, (to = resolveLink(tx.db, link, link.document_id, gone)));
    if (to === link.to_id) continue;
    tx.db.run(POINT, to, link.from_id, link.kind, link.target);
    if (to !== null) addEdge(tx, link.from_id, to, link.kind);
    if (link.to_id !== null) dropEdge(tx, link.from_id, link.to_id, link.kind);
  }
}
