import { useChange } from '../live/changes.js';
import { EmptyState } from '../ui/EmptyState.js';
import { notify } from '../ui/notices.js';
import { drafts, type Draft } from './drafts.js';

interface GoneChunkProps {
  chunkId: string;
  draft: Draft | undefined;
  onClose: () => void;
}

/** In the place of a chunk that is no longer there; unsaved text of it can still be taken. */
export function GoneChunk({ chunkId, draft, onClose }: GoneChunkProps) {
  const change = useChange(chunkId);
  const by = change?.op === 'delete_chunk' ? ` It was deleted by ${change.by}.` : '';

  const copy = async (body: string): Promise<void> => {
    await navigator.clipboard.writeText(body);
    notify({ text: 'Your text is on the clipboard.' });
  };

  return (
    <EmptyState title="This chunk is no longer in the document">
      <p>{by || 'It was deleted or moved elsewhere.'}</p>
      {draft && (
        <>
          <p>You had unsaved edits of “{draft.values.title}”:</p>
          <textarea className="input code" readOnly rows={8} aria-label="Your unsaved text" value={draft.values.body} />
        </>
      )}
      <div className="page-actions">
        {draft && (
          <button type="button" className="button primary" onClick={() => copy(draft.values.body)}>
            Copy my text
          </button>
        )}
        <button
          type="button"
          className="button"
          onClick={() => {
            drafts.discard(chunkId);
            onClose();
          }}
        >
          {draft ? 'Discard and close' : 'Close'}
        </button>
      </div>
    </EmptyState>
  );
}
