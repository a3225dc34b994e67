import type { ScopeDatabase } from '../../storage/scope-database.js';
import { chunkById } from '../rows.js';
import { targetOf, type LinkKind } from './body-links.js';
import { decodeCursor, pageOf } from './cursor.js';

export const EDGE_SOURCES = ['op', 'body'] as const;
export type EdgeDirection = 'out' | 'in';

/** An edge as one of its ends sees it; id, title and document are those of the other end. */
export interface Edge {
  direction: EdgeDirection;
  kind: string;
  source: (typeof EDGE_SOURCES)[number];
  id: string;
  title: string;
  document_id: string;
  document_title: string;
  created_at: number;
}

/** A link in the body that leads to no chunk. */
export interface UnresolvedLink {
  kind: LinkKind;
  target: string;
}

interface EdgesQuery {
  id: string;
  direction: EdgeDirection | 'both';
  kind?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

const END = `c.id, c.title, c.document_id, d.title AS document_title, e.created_at
  FROM chunk_edges e JOIN chunks c ON c.id = `;
const PAGE = {
  out: `SELECT 'out' AS direction, e.kind, e.source, ${END} e.to_id JOIN documents d ON d.id = c.document_id
    WHERE e.from_id = ? AND (? IS NULL OR e.kind = ?) AND (e.to_id, e.kind) > (?, ?) ORDER BY e.to_id, e.kind LIMIT ?`,
  in: `SELECT 'in' AS direction, e.kind, e.source, ${END} e.from_id JOIN documents d ON d.id = c.document_id
    WHERE e.to_id = ? AND (? IS NULL OR e.kind = ?) AND (e.from_id, e.kind) > (?, ?) ORDER BY e.from_id, e.kind LIMIT ?`,
} as const;
const UNRESOLVED = `SELECT kind, written FROM loom_links
  WHERE from_id = ? AND to_id IS NULL AND (? IS NULL OR kind = ?) ORDER BY kind, target`;

/** Edges of a chunk: those that leave it, then those that arrive, each by the other end's id. */
export function getEdges(db: ScopeDatabase, query: EdgesQuery): { edges: Edge[]; unresolved: UnresolvedLink[]; next_cursor?: string } {
  const { id, kind = null, limit } = query;
  chunkById(db, id);
  const first: [string, string, string] = [query.direction === 'in' ? 'in' : 'out', '', ''];
  const [start, otherId, otherKind] = decodeCursor('get_edges', query.cursor, first);
  const rows: Edge[] = [];
  if (start === 'out') rows.push(...db.all<Edge>(PAGE.out, id, kind, kind, otherId, otherKind, limit + 1));
  if (query.direction !== 'out' && rows.length <= limit) {
    const after = start === 'in' ? [otherId, otherKind] : ['', ''];
    rows.push(...db.all<Edge>(PAGE.in, id, kind, kind, ...after, limit + 1 - rows.length));
  }
  const { page, ...next } = pageOf(rows, limit, (row) => [row.direction, row.id, row.kind]);
  const showUnresolved = query.direction !== 'in' && query.cursor === undefined;
  return { edges: page, unresolved: showUnresolved ? unresolvedLinks(db, id, kind) : [], ...next };
}

function unresolvedLinks(db: ScopeDatabase, id: string, kind: string | null): UnresolvedLink[] {
  const rows = db.all<{ kind: LinkKind; written: string }>(UNRESOLVED, id, kind, kind);
  return rows.map(({ kind, written }) => ({ kind, target: targetOf(written) }));
}
