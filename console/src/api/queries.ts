import { QueryClient, useQuery } from '@tanstack/react-query';
import { ApiError, request } from './client.js';
import { getChunk, getDocument, listChunks, listDocuments, listTypes } from './documents.js';
import { listPaths } from './paths.js';
import type { Chunk, ChunkSummary, Me } from './types.js';

export const keys = {
  me: ['me'],
  documents: ['documents'],
  paths: ['paths'],
  document: (id: string) => ['document', id],
  chunks: (documentId: string) => ['chunks', documentId],
  chunk: (id: string) => ['chunk', id],
  allTypes: ['types'],
  types: (documentId: string) => ['types', documentId],
  agents: ['agents'],
  runs: ['runs'],
  interrupts: ['interrupts'],
  run: (id: string) => ['run', id],
  session: (id: string) => ['session', id],
  residents: ['residents'],
  deadLetters: (name: string) => ['dead-letters', name],
} as const;

/** Only an unreachable server is worth asking again; a refusal stays a refusal. */
function worthRetrying(failures: number, error: Error): boolean {
  return failures < 2 && error instanceof ApiError && error.status === 0;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Events keep the caches fresh, so nothing is refetched by age or by focus.
      queries: { staleTime: Infinity, refetchOnWindowFocus: false, retry: worthRetrying },
    },
  });
}

export const useMe = () =>
  useQuery({ queryKey: keys.me, queryFn: ({ signal }) => request<Me>('/v1/_me', { signal }) });

export const useDocuments = () =>
  useQuery({ queryKey: keys.documents, queryFn: ({ signal }) => listDocuments(signal) });

export const usePaths = () => useQuery({ queryKey: keys.paths, queryFn: ({ signal }) => listPaths(signal) });

export const useDocument = (id: string) =>
  useQuery({ queryKey: keys.document(id), queryFn: ({ signal }) => getDocument(id, signal) });

export const useChunks = (documentId: string, enabled = true) =>
  useQuery({ queryKey: keys.chunks(documentId), queryFn: ({ signal }) => listChunks(documentId, signal), enabled });

export const useTypes = (documentId: string) =>
  useQuery({ queryKey: keys.types(documentId), queryFn: ({ signal }) => listTypes(documentId, signal) });

export const useChunk = (id: string) =>
  useQuery({ queryKey: keys.chunk(id), queryFn: ({ signal }) => getChunk(id, signal) });

/** Puts a chunk that the server just returned into the caches, unless they already hold a later revision. */
export function storeChunk(client: QueryClient, chunk: Chunk): void {
  client.setQueryData<Chunk>(keys.chunk(chunk.id), (old) => (old && old.revision > chunk.revision ? old : chunk));
  patchSummary(client, chunk.document_id, chunk.id, (old) => (old.revision > chunk.revision ? old : summaryOf(chunk)));
}

/** Replaces one row of a document's chunk list. */
export function patchSummary(
  client: QueryClient,
  documentId: string,
  chunkId: string,
  patch: (old: ChunkSummary) => ChunkSummary,
): void {
  client.setQueryData<ChunkSummary[]>(keys.chunks(documentId), (rows) =>
    rows?.map((row) => (row.id === chunkId ? patch(row) : row)),
  );
}

function summaryOf(chunk: Chunk): ChunkSummary {
  const { body: _body, ...summary } = chunk;
  return summary;
}
