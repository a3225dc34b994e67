import type { ScopeDatabase } from '../storage/scope-database.js';
import { readDocumentTree, type EdgeRow } from './document-tree.js';
import { renderMarkdown, type MarkdownChunk } from './markdown/index.js';
import type { ChunkRow, Fields } from './rows.js';

/** A document as Markdown, one consistent snapshot of any size. */
export function exportMarkdown(
  db: ScopeDatabase,
  documentId: string,
  metadata: boolean,
): { markdown: string; document_id: string; title: string } {
  const { document, root, rows, children, edges } = readDocumentTree(db, documentId);
  const chunks = new Map([...rows].map(([id, row]) => [id, toMarkdown(row)]));
  for (const [id, below] of children) chunks.get(id)!.children = below.map((row) => chunks.get(row.id)!);
  const markdown = renderMarkdown(
    {
      root: chunks.get(root.id)!,
      edges: edges.map(({ from_id, to_id, kind }) => ({ from: from_id, to: to_id, kind })),
      base: {
        revisions: new Map([...rows].map(([id, row]) => [id, row.revision])),
        updated_at: newest(rows.values(), edges),
      },
    },
    { metadata },
  );
  return { markdown, document_id: document.id, title: document.title };
}

/** When what the text shows last changed. The document's own time is written at the end of a batch only. */
function newest(rows: Iterable<ChunkRow>, edges: readonly EdgeRow[]): number {
  let at = 0;
  for (const { updated_at } of rows) at = Math.max(at, updated_at);
  for (const { created_at } of edges) at = Math.max(at, created_at);
  return at;
}

function toMarkdown(row: ChunkRow): MarkdownChunk {
  return {
    id: row.id,
    title: row.title,
    ...(row.type === null ? {} : { type: row.type }),
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.fields === '{}' ? {} : { fields: JSON.parse(row.fields) as Fields }),
    body: row.body,
    children: [],
  };
}
