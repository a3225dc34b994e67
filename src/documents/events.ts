import type { Transaction } from '../scope/transaction.js';
import type { ChunkRow } from './rows.js';

/** Topic of everything that happens to the chunks of a document. */
export function chunksTopic(documentId: string): string {
  return `documents/${documentId}/chunks`;
}

/** Topic of types that hold in the whole scope. */
export const TYPES_TOPIC = 'types';

/** Publishes what happened to a chunk, with the status that it had before (null for a new one) and what else the op tells. */
export function publishChunk(
  tx: Transaction,
  op: string,
  chunk: Pick<ChunkRow, 'id' | 'document_id' | 'revision' | 'type' | 'status'>,
  previousStatus: string | null,
  more: Record<string, unknown> = {},
): void {
  tx.publish(chunksTopic(chunk.document_id), {
    op,
    document_id: chunk.document_id,
    chunk_id: chunk.id,
    revision: chunk.revision,
    type: chunk.type,
    status: chunk.status,
    previous_status: previousStatus,
    ...more,
  });
}
