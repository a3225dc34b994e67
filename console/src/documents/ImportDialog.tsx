import { useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent, type DragEvent } from 'react';
import { useLocation } from 'wouter';
import { messageOf } from '../api/client.js';
import { importMarkdown } from '../api/documents.js';
import { keys } from '../api/queries.js';
import { changeLog } from '../live/changes.js';
import { Dialog } from '../ui/Dialog.js';
import { DialogActions } from '../ui/DialogActions.js';
import { notify } from '../ui/notices.js';

/** Imports Markdown from a chosen, dropped or pasted text. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [markdown, setMarkdown] = useState('');
  const [title, setTitle] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setError(undefined);
    try {
      setMarkdown(await file.text());
      if (title === '') setTitle(file.name.replace(/\.(md|markdown|txt)$/i, ''));
    } catch (reason) {
      setError(`${file.name} cannot be read: ${messageOf(reason)}`);
    }
  };

  const drop = async (event: DragEvent): Promise<void> => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    await read(event.dataTransfer.files[0]);
  };

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const created = await importMarkdown(markdown, title.trim() || undefined);
      changeLog.markOwnDocument(created.document_id);
      notify({ text: `Imported as ${created.chunks_created} chunks.` });
      await Promise.all([keys.documents, keys.paths].map((queryKey) => client.invalidateQueries({ queryKey })));
      navigate(`/documents/${created.document_id}`);
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  };

  return (
    <Dialog title="Import Markdown" className="wide" onClose={onClose}>
      <form className="dialog-form" onSubmit={submit} onDrop={drop} onDragOver={(event) => event.preventDefault()}>
        <div className="import-row">
          <label className="field">
            <span className="field-label">Title (optional)</span>
            <input
              className="input"
              name="title"
              value={title}
              placeholder="From the first heading"
              onChange={(event) => setTitle(event.target.value)}
            />
          </label>
          <label className="field">
            <span className="field-label">File</span>
            <input
              className="input file"
              type="file"
              name="file"
              accept=".md,.markdown,.txt,text/markdown,text/plain"
              onChange={(event) => void read(event.target.files?.[0])}
            />
          </label>
        </div>
        <label className="field">
          <span className="field-label">Markdown</span>
          <textarea
            className="input code"
            name="markdown"
            rows={12}
            spellCheck={false}
            placeholder={'# Launch plan\n\nPaste here, or drop a file. Each heading becomes a chunk.'}
            value={markdown}
            onChange={(event) => setMarkdown(event.target.value)}
          />
        </label>
        <DialogActions error={error} onClose={onClose}>
          <button type="submit" className="button primary" disabled={busy || markdown.trim() === ''}>
            {busy ? 'Importing…' : 'Import'}
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
