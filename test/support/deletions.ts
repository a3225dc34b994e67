import Database from 'better-sqlite3';
import type { ClockScope } from './clock-scope.js';

export interface Made {
  document_id: string;
  root_chunk_id: string;
}
const [A, A1, B] = ['a', '1', 'b'].map((digit) => digit.repeat(32));
const TEXT = `# Plan

## A
<!-- loom: {"id":"${A}","type":"task","status":"open","fields":{"n":1}} -->

Body of A, see [[B]] and [[Nobody]]. #tag

### A1
<!-- loom: {"id":"${A1}"} -->

#### A1a

### A2

## B
<!-- loom: {"id":"${B}"} -->

## C

<!-- loom-edges:
${A1} -> ${B} [needs]
${A} -> ${A1} [has]
-->
`;

/** Makes a document with edges, links and tags. */
export async function plan(scope: ClockScope): Promise<Made & { id: (title: string) => string }> {
  const made = await scope.document<Made>('import_md', { markdown: TEXT });
  const { chunks } = await scope.document<{ chunks: { id: string; title: string }[] }>('query_chunks', { document_id: made.document_id });
  return { ...made, id: (title) => chunks.find((chunk) => chunk.title === title)!.id };
}

/** All that the tables show of documents, without what counts writes. */
export function contents(scope: ClockScope): unknown {
  const db = new Database(scope.file, { readonly: true });
  try {
    return [
      'SELECT id, title, root_chunk_id, created_at, chunk_count FROM documents ORDER BY id',
      'SELECT id, document_id, parent_id, position, type, status, title, created_at, fields, body FROM chunks ORDER BY id',
      'SELECT * FROM chunk_edges ORDER BY from_id, to_id, kind',
      'SELECT * FROM chunk_types ORDER BY document_id, name',
      'SELECT * FROM chunk_tags ORDER BY chunk_id, folded',
      'SELECT * FROM loom_links ORDER BY from_id, kind, target',
      'SELECT path, kind, resource, ref FROM loom_paths ORDER BY path',
    ].map((sql) => db.prepare(sql).safeIntegers().all());
  } finally {
    db.close();
  }
}

/** Reason and data of a refusal, or `none`. */
export const reason = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'none', (error: { reason: string; data: unknown }) => [error.reason, error.data]);
