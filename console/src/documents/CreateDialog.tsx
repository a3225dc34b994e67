import { useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';
import { messageOf } from '../api/client.js';
import { createDocument } from '../api/documents.js';
import { keys } from '../api/queries.js';
import { changeLog } from '../live/changes.js';
import { Dialog } from '../ui/Dialog.js';
import { DialogActions } from '../ui/DialogActions.js';

/** @param folder where the document is offered a place, `''` for where documents go by themselves. */
export function CreateDialog({ folder = '', onClose }: { folder?: string; onClose: () => void }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [title, setTitle] = useState('');
  const [path, setPath] = useState(folder && `${folder}/`);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const created = await createDocument(title.trim(), path.trim() || undefined);
      changeLog.markOwnDocument(created.document_id);
      await Promise.all([keys.documents, keys.paths].map((queryKey) => client.invalidateQueries({ queryKey })));
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
        <label className="field">
          <span className="field-label">Path (optional)</span>
          <input
            className="input code"
            name="path"
            spellCheck={false}
            autoCapitalize="off"
            placeholder="/documents/…"
            value={path}
            onChange={(event) => setPath(event.target.value)}
          />
        </label>
        <DialogActions error={error} onClose={onClose}>
          <button type="submit" className="button primary" disabled={busy || title.trim() === '' || path.trim().endsWith('/')}>
            Create
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
