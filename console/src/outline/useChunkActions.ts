import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { messageOf } from '../api/client.js';
import { createChunk, deleteChunk, moveChunk } from '../api/documents.js';
import { keys, storeChunk } from '../api/queries.js';
import type { Chunk, ChunkSummary } from '../api/types.js';
import { drafts } from '../editor/drafts.js';
import { changeLog } from '../live/changes.js';
import { notify } from '../ui/notices.js';
import { placeAfter, type Direction, type TreeNode } from './tree.js';

/** Changes to a document's hierarchy. Refusals of `add` and `move` are shown as messages, `remove` throws them. */
export function useChunkActions(documentId: string) {
  const client = useQueryClient();
  return useMemo(() => {
    const reload = () => client.invalidateQueries({ queryKey: keys.chunks(documentId) });
    return {
      async add(parentId: string): Promise<Chunk | undefined> {
        try {
          const chunk = await createChunk(documentId, { parent_id: parentId, title: 'Untitled' });
          changeLog.markOwn('create_chunk', chunk.id, chunk.revision);
          storeChunk(client, chunk);
          await reload();
          return chunk;
        } catch (error) {
          notify({ tone: 'error', text: `No chunk was added: ${messageOf(error)}` });
          return undefined;
        }
      },

      async move(node: TreeNode, direction: Direction): Promise<void> {
        const place = placeAfter(node, direction);
        if (!place) return;
        const retract = changeLog.expectOwn('move_chunk', node.chunk.id);
        try {
          await moveChunk(node.chunk.id, place.parentId, place.position);
          await Promise.all([reload(), client.invalidateQueries({ queryKey: keys.chunk(node.chunk.id) })]);
        } catch (error) {
          retract();
          notify({ tone: 'error', text: `“${node.chunk.title}” was not moved: ${messageOf(error)}` });
        }
      },

      async remove(chunk: ChunkSummary): Promise<void> {
        const retract = changeLog.expectOwn('delete_chunk', chunk.id);
        try {
          await deleteChunk(chunk.id, chunk.revision);
        } catch (error) {
          retract();
          await reload();
          throw error;
        }
        drafts.discard(chunk.id);
        await reload();
        client.removeQueries({ queryKey: keys.chunk(chunk.id) });
      },
    };
  }, [client, documentId]);
}

export type ChunkActions = ReturnType<typeof useChunkActions>;
