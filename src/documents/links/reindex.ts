import type { Transaction } from '../../scope/transaction.js';
import type { ChunkRow, Fields } from '../rows.js';
import { linksOf, type BodyLink, type LinkKind } from './body-links.js';
import { tagsOf } from './body-tags.js';
import { hideCode } from './hide-code.js';
import { resolveLink } from './resolve.js';
import { addEdge, addTitle, changeTitle, dropEdge, dropTitle, type Titled } from './targets.js';

type Row = Titled & Pick<ChunkRow, 'body' | 'fields'>;

const LINKS = 'SELECT kind, target, written, to_id FROM loom_links WHERE from_id = ?';
const ADD_LINK = `INSERT INTO loom_links (from_id, kind, target, written, document_id, in_document, heading, to_id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const REWRITE_LINK = 'UPDATE loom_links SET written = ? WHERE from_id = ? AND kind = ? AND target = ?';
const DROP_LINK = 'DELETE FROM loom_links WHERE from_id = ? AND kind = ? AND target = ?';
const DROP_LINKS = 'DELETE FROM loom_links WHERE from_id = ?';
const TAGS = 'SELECT tag, folded FROM chunk_tags WHERE chunk_id = ?';
const SET_TAG = `INSERT INTO chunk_tags (chunk_id, tag, folded) VALUES (?, ?, ?)
  ON CONFLICT (chunk_id, folded) DO UPDATE SET tag = excluded.tag`;
const DROP_TAG = 'DELETE FROM chunk_tags WHERE chunk_id = ? AND folded = ?';
const DROP_TAGS = 'DELETE FROM chunk_tags WHERE chunk_id = ?';
const CHUNK = 'SELECT id, document_id, parent_id, title FROM chunks WHERE id = ?';

/**
 * Brings links and tags in line with a chunk that was written, and the links of others with its title. To
 * be called when its row is in place, with what it was `before`, or undefined where it was not there.
 */
export function reindexLinks(tx: Transaction, row: Row, before: Pick<Row, 'title' | 'body' | 'fields'> | undefined): void {
  if (before === undefined) addTitle(tx, row);
  else if (row.title !== before.title) changeTitle(tx, row, before.title);
  if (before !== undefined && row.body === before.body && row.fields === before.fields) return;
  if (!mayHoldMarks(row) && (before === undefined || !mayHoldMarks(before))) return;
  const shown = hideCode(row.body);
  setLinks(tx, row, linksOf(row.body, shown));
  setTags(tx, row.id, tagsOf(shown, JSON.parse(row.fields) as Fields));
}

/** Forgets links and tags of a chunk that is about to be deleted; what links to it is unresolved then. */
export function forgetLinks(tx: Transaction, id: string): void {
  const row = tx.db.get<Titled>(CHUNK, id)!;
  tx.db.run(DROP_LINKS, id);
  tx.db.run(DROP_TAGS, id);
  dropTitle(tx, row);
}

function mayHoldMarks({ body, fields }: Pick<Row, 'body' | 'fields'>): boolean {
  return body.includes('[[') || body.includes('#') || fields.includes('"tags"');
}

function setLinks(tx: Transaction, row: Row, links: readonly BodyLink[]): void {
  const { db } = tx;
  const gone = new Map(
    db
      .all<{ kind: LinkKind; target: string; written: string; to_id: string | null }>(LINKS, row.id)
      .map((link) => [`${link.kind} ${link.target}`, link]),
  );
  for (const link of links) {
    const { kind, target, written } = link;
    const key = `${kind} ${target}`;
    const stored = gone.get(key);
    gone.delete(key);
    if (stored === undefined) {
      const to = resolveLink(db, link, row.document_id, undefined);
      db.run(ADD_LINK, row.id, kind, target, written, row.document_id, link.in_document, link.heading, to);
      if (to !== null) addEdge(tx, row.id, to, kind);
    } else if (stored.written !== written) db.run(REWRITE_LINK, written, row.id, kind, target);
  }
  for (const { kind, target, to_id: to } of gone.values()) {
    db.run(DROP_LINK, row.id, kind, target);
    if (to !== null) dropEdge(tx, row.id, to, kind);
  }
}

function setTags(tx: Transaction, id: string, tags: ReadonlyMap<string, string>): void {
  const stored = new Map(tx.db.all<{ tag: string; folded: string }>(TAGS, id).map(({ tag, folded }) => [folded, tag]));
  for (const [folded, tag] of tags) if (stored.get(folded) !== tag) tx.db.run(SET_TAG, id, tag, folded);
  for (const folded of stored.keys()) if (!tags.has(folded)) tx.db.run(DROP_TAG, id, folded);
}
