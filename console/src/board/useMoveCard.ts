import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { messageOf, revisionConflict } from '../api/client.js';
import { updateChunk } from '../api/documents.js';
import { keys, patchSummary, storeChunk } from '../api/queries.js';
import type { ChunkSummary } from '../api/types.js';
import { changeLog } from '../live/changes.js';
import { notify } from '../ui/notices.js';

/** Sets a card's status at once, and takes it back, saying why, when the server refuses. */
export function useMoveCard(documentId: string) {
  const client = useQueryClient();
  return useCallback(
    async (card: ChunkSummary, status: string): Promise<void> => {
      const key = keys.chunks(documentId);
      // A list that is on its way would put the card back for a moment.
      await client.cancelQueries({ queryKey: key });
      patchSummary(client, documentId, card.id, (row) => ({ ...row, status }));
      try {
        const saved = await updateChunk(card.id, card.revision, { status });
        changeLog.markOwn('update_chunk', saved.id, saved.revision);
        storeChunk(client, saved);
      } catch (error) {
        const current = revisionConflict(error)?.current;
        if (current) {
          storeChunk(client, current);
          const place = current.status ? `It is “${current.status}” now.` : 'It has no status now.';
          notify({
            tone: 'error',
            text: `“${card.title}” was changed by someone else meanwhile and has been read again. ${place}`,
          });
        } else {
          patchSummary(client, documentId, card.id, (row) => (row.revision === card.revision ? card : row));
          notify({ tone: 'error', text: `“${card.title}” stays “${card.status}”: ${messageOf(error)}` });
        }
      }
      await client.invalidateQueries({ queryKey: key });
    },
    [client, documentId],
  );
}
