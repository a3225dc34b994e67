import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { messageOf, revisionConflict } from '../api/client.js';
import { updateChunk } from '../api/documents.js';
import { keys, patchSummary, storeChunk } from '../api/queries.js';
import type { ChunkSummary } from '../api/types.js';
import { changeLog } from '../live/changes.js';
import { notify } from '../ui/notices.js';

/** Sets a card's status at once, and takes it back, saying why, when the server refuses. */
export function useMoveCard(documentId: string) {
  const client = useQueryClient();
  const underWay = useRef(new Map<string, Promise<void>>());

  return useCallback(
    async (dropped: ChunkSummary, status: string): Promise<void> => {
      const moves = underWay.current;
      const earlier = moves.get(dropped.id);
      const move = (async () => {
        await earlier;
        // After a move of one's own the card has a revision that the drop could not know.
        await moveCard(client, earlier ? cachedCard(client, dropped) : dropped, status);
      })();
      moves.set(dropped.id, move);
      await move;
      if (moves.get(dropped.id) === move) moves.delete(dropped.id);
      await client.invalidateQueries({ queryKey: keys.chunks(documentId) });
    },
    [client, documentId],
  );
}

function cachedCard(client: QueryClient, card: ChunkSummary): ChunkSummary {
  const rows = client.getQueryData<ChunkSummary[]>(keys.chunks(card.document_id));
  return rows?.find(({ id }) => id === card.id) ?? card;
}

async function moveCard(client: QueryClient, card: ChunkSummary, status: string): Promise<void> {
  const documentId = card.document_id;
  patchSummary(client, documentId, card.id, (row) => ({ ...row, status }));
  // A list that is on its way would put the card back for a moment.
  void client.cancelQueries({ queryKey: keys.chunks(documentId) });
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
}
