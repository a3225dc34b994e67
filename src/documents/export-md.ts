import type { ScopeDatabase } from '../storage/scope-database.js';
import { renderMarkdown, type MarkdownChunk, type MarkdownEdge } from './markdown/index.js';
import { documentById, type ChunkRow, type Fields } from './rows.js';

const CHUNKS = 'SELECT * FROM chunks WHERE document_id = ? ORDER BY parent_id, position, id';
const EDGES = `SELECT from_id, to_id, kind FROM chunk_edges
  WHERE source = 'op' AND from_id IN (SELECT id FROM chunks WHERE document_id = ?) ORDER BY from_id, to_id, kind`;

/** A document as Markdown: two reads, in one snapshot since nobody else writes meanwhile. */
export function exportMarkdown(
  db: ScopeDatabase,
  documentId: string,
  metadata: boolean,
): { markdown: string; document_id: string; title: string } {
  const document = documentById(db, documentId);
  const children = new Map<string, ChunkRow[]>();
  let root: ChunkRow | undefined;
  for (const row of db.all<ChunkRow>(CHUNKS, documentId)) {
    if (row.parent_id === null) root = row;
    else {
      const siblings = children.get(row.parent_id);
      if (siblings) siblings.push(row);
      else children.set(row.parent_id, [row]);
    }
  }
  const edges = db
    .all<{ from_id: string; to_id: string; kind: string }>(EDGES, documentId)
    .map(({ from_id, to_id, kind }): MarkdownEdge => ({ from: from_id, to: to_id, kind }));
  const markdown = renderMarkdown({ root: toMarkdown(root!, children), edges }, { metadata });
  return { markdown, document_id: document.id, title: document.title };
}

function toMarkdown(row: ChunkRow, children: ReadonlyMap<string, ChunkRow[]>): MarkdownChunk {
  return {
    id: row.id,
    title: row.title,
    ...(row.type === null ? {} : { type: row.type }),
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.fields === '{}' ? {} : { fields: JSON.parse(row.fields) as Fields }),
    body: row.body,
    children: (children.get(row.id) ?? []).map((child) => toMarkdown(child, children)),
  };
}
