import { useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';
import { messageOf } from '../api/client.js';
import { createDocument } from '../api/documents.js';
import { keys } from '../api/queries.js';
import { changeLog } from '../live/changes.js';
import { Dialog } from '../ui/Dialog.js';
import { DialogActions } from '../ui/DialogActions.js';

export function CreateDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [title, setTitle] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const created = await createDocument(title.trim());
      changeLog.markOwnDocument(created.document_id);
      await client.invalidateQueries({ queryKey: keys.documents });
      navigate(`/documents/${created.document_id}?chunk=${created.root_chunk_id}`);
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  };

  return (
    <Dialog title="New document" onClose={onClose}>
      <form className="dialog-form" onSubmit={submit}>
        <label className="field">
          <span className="field-label">Title</span>
          <input className="input" name="title" data-autofocus value={title} onChange={(event) => setTitle(event.target.value)} />
        </label>
        <DialogActions error={error} onClose={onClose}>
          <button type="submit" className="button primary" disabled={busy || title.trim() === ''}>
            Create
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
