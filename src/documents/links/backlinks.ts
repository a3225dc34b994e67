import type { ScopeDatabase } from '../../storage/scope-database.js';
import { chunkById, documentById } from '../rows.js';
import { decodeCursor, pageOf } from './cursor.js';
import { AROUND, snippetOf } from './snippet.js';

/** A chunk that links here, with the text around its link where its body holds it. */
export interface Backlink {
  id: string;
  title: string;
  document_id: string;
  document_title: string;
  kind: string;
  to_id: string;
  snippet?: string;
}

interface BacklinksQuery {
  id?: string | undefined;
  document_id?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

interface BacklinkRow extends Omit<Backlink, 'snippet'> {
  /** A piece of the body, from up to twice `AROUND` characters before the link on. */
  piece: string | null;
  written: string | null;
}

// The piece is cut by SQLite: a page of long bodies would be a lot to hand over.
const COLUMNS = `c.id, c.title, c.document_id, d.title AS document_title, e.kind, e.to_id, l.written,
  substr(c.body, max(1, instr(c.body, l.written) - ${2 * AROUND}), length(l.written) + ${4 * AROUND}) AS piece`;
const FROM = `JOIN chunks c ON c.id = e.from_id JOIN documents d ON d.id = c.document_id
  LEFT JOIN loom_links l ON l.from_id = e.from_id AND l.kind = e.kind AND l.target =
    (SELECT min(target) FROM loom_links WHERE from_id = e.from_id AND kind = e.kind AND to_id = e.to_id)`;
const TO_CHUNK = `SELECT ${COLUMNS} FROM chunk_edges e ${FROM}
  WHERE e.to_id = ? AND (e.to_id, e.from_id, e.kind) > (?, ?, ?) ORDER BY e.to_id, e.from_id, e.kind LIMIT ?`;
const TO_DOCUMENT = `SELECT ${COLUMNS} FROM chunks t JOIN chunk_edges e ON e.to_id = t.id ${FROM}
  WHERE t.document_id = ? AND c.document_id <> t.document_id AND (e.to_id, e.from_id, e.kind) > (?, ?, ?)
  ORDER BY e.to_id, e.from_id, e.kind LIMIT ?`;

/** Who links to a chunk; or from other documents to any chunk of a document. */
export function backlinks(db: ScopeDatabase, query: BacklinksQuery): { backlinks: Backlink[]; next_cursor?: string } {
  if (query.id === undefined) documentById(db, query.document_id!);
  else chunkById(db, query.id);
  const after = decodeCursor<[string, string, string]>('backlinks', query.cursor, ['', '', '']);
  const sql = query.id === undefined ? TO_DOCUMENT : TO_CHUNK;
  const rows = db.all<BacklinkRow>(sql, query.id ?? query.document_id, ...after, query.limit + 1);
  const { page, ...next } = pageOf(rows, query.limit, (row) => [row.to_id, row.id, row.kind]);
  return { backlinks: page.map(toBacklink), ...next };
}

function toBacklink({ piece, written, ...backlink }: BacklinkRow): Backlink {
  if (piece === null || written === null) return backlink;
  const start = piece.indexOf(written);
  return { ...backlink, snippet: snippetOf(piece, start, start + written.length) };
}
