import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { invalidField, messageOf, revisionConflict } from '../api/client.js';
import { updateChunk } from '../api/documents.js';
import { storeChunk } from '../api/queries.js';
import type { Chunk, InvalidField } from '../api/types.js';
import { changeLog } from '../live/changes.js';
import { notify } from '../ui/notices.js';
import { drafts } from './drafts.js';
import { changesBetween, rebase, valuesOf, type Values } from './values.js';

/** `busy`: an earlier save is under way, and a second one would only collide with it. */
export type SaveOutcome = 'saved' | 'conflict' | 'refused' | 'busy';

/**
 * Saves one chunk's draft, and keeps what stood in the way: a refused field, or another error.
 * What a conflict brings of the current version goes to the cache.
 */
export function useSaveChunk(chunkId: string) {
  const client = useQueryClient();
  const [saving, setSaving] = useState(false);
  const busy = useRef(false);
  const [fieldError, setFieldError] = useState<InvalidField & { message: string }>();
  const [error, setError] = useState<string>();

  /** Makes `onto`, the version thought current, into `values`. */
  const save = useCallback(
    async (onto: Chunk, values: Values): Promise<SaveOutcome> => {
      if (busy.current) return 'busy';
      busy.current = true;
      setSaving(true);
      setFieldError(undefined);
      setError(undefined);
      const draftAtSend = drafts.get(chunkId)?.values ?? values;
      try {
        const changes = changesBetween(valuesOf(onto), values);
        const changed = Object.keys(changes).length > 0;
        const saved = changed ? await updateChunk(chunkId, onto.revision, changes) : onto;
        if (changed) changeLog.markOwn('update_chunk', saved.id, saved.revision);
        storeChunk(client, saved);
        drafts.settle(saved, draftAtSend);
        return 'saved';
      } catch (reason) {
        const conflict = revisionConflict(reason);
        if (conflict) {
          storeChunk(client, conflict.current);
          return 'conflict';
        }
        const field = invalidField(reason);
        if (field) setFieldError({ ...field, message: messageOf(reason) });
        else setError(messageOf(reason));
        return 'refused';
      } finally {
        busy.current = false;
        setSaving(false);
      }
    },
    [chunkId, client],
  );

  const saveDraft = useCallback(async (): Promise<SaveOutcome> => {
    const draft = drafts.get(chunkId);
    return draft ? save(draft.base, draft.values) : 'saved';
  }, [chunkId, save]);

  /** Saves over `current` with the draft's edits winning; what they did not touch stays as it is there. */
  const keepMine = useCallback(
    async (current: Chunk): Promise<SaveOutcome> => {
      const draft = drafts.get(chunkId);
      if (!draft) return 'saved';
      return save(current, rebase(valuesOf(draft.base), draft.values, valuesOf(current)));
    },
    [chunkId, save],
  );

  /** Drops the draft in favour of `current`; the message that says so can bring it back. */
  const takeTheirs = useCallback(
    (current: Chunk): void => {
      const draft = drafts.get(chunkId);
      storeChunk(client, current);
      drafts.discard(chunkId);
      setFieldError(undefined);
      if (!draft) return;
      notify({
        text: `Their version of “${current.title}” is kept. Your edits are set aside.`,
        action: { label: 'Bring mine back', run: () => drafts.put(draft.base, draft.values) },
      });
    },
    [chunkId, client],
  );

  return { saving, fieldError, error, save, saveDraft, keepMine, takeTheirs };
}
