import { post } from './client.js';
import type { Chunk, ChunkChanges, ChunkSummary, DocumentSummary, TypeDef } from './types.js';

const PAGE = 1000;

function op<T>(name: string, args: object, signal?: AbortSignal): Promise<T> {
  return post<T>('/v1/_document', { op: name, scope: 'user', ...args }, signal);
}

/** Follows `next_cursor` until the last page. */
export async function everyPage<T>(page: (cursor?: string) => Promise<{ items: T[]; next?: string | null }>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await page(cursor);
    all.push(...items);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return all;
}

export function listDocuments(signal?: AbortSignal): Promise<DocumentSummary[]> {
  return everyPage(async (cursor) => {
    const page = await op<{ documents: DocumentSummary[]; next_cursor?: string | null }>(
      'list_documents',
      { limit: 100, cursor },
      signal,
    );
    return { items: page.documents, next: page.next_cursor };
  });
}

export const getDocument = (id: string, signal?: AbortSignal) => op<DocumentSummary>('get_document', { id }, signal);

export const createDocument = (title: string, path?: string) =>
  op<{ document_id: string; root_chunk_id: string }>('create_document', { title, path });

export const deleteDocument = (id: string) => op<unknown>('delete_document', { id });

export const importMarkdown = (markdown: string, title?: string) =>
  op<{ document_id: string; root_chunk_id: string; chunks_created: number }>('import_md', { markdown, title });

export const exportMarkdown = (id: string) => op<{ markdown: string; title: string }>('export_md', { id });

export function listChunks(documentId: string, signal?: AbortSignal): Promise<ChunkSummary[]> {
  return everyPage(async (cursor) => {
    const page = await op<{ chunks: ChunkSummary[]; next_cursor?: string | null }>(
      'query_chunks',
      { document_id: documentId, limit: PAGE, cursor },
      signal,
    );
    return { items: page.chunks, next: page.next_cursor };
  });
}

export async function listTypes(documentId: string, signal?: AbortSignal): Promise<TypeDef[]> {
  return (await op<{ types: TypeDef[] }>('list_types', { document_id: documentId }, signal)).types;
}

export const getChunk = (id: string, signal?: AbortSignal) => op<Chunk>('get_chunk', { id }, signal);

export const updateChunk = (id: string, revision: number, changes: ChunkChanges) =>
  op<Chunk>('update_chunk', { id, revision, ...changes });

export const createChunk = (documentId: string, chunk: { parent_id?: string; title: string } & ChunkChanges) =>
  op<Chunk>('create_chunk', { document_id: documentId, ...chunk });

export const deleteChunk = (id: string, revision: number) =>
  op<{ deleted: boolean; cascade_deleted_descendants: number }>('delete_chunk', { id, revision });

/** `position` is the chunk's index among its siblings after the move. */
export const moveChunk = (id: string, newParentId: string, position: number) =>
  op<unknown>('move_chunk', { id, new_parent_id: newParentId, position });
