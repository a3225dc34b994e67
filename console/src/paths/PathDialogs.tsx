import { useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { messageOf } from '../api/client.js';
import { makeDirectory, movePath, removePath } from '../api/paths.js';
import { keys } from '../api/queries.js';
import type { PathEntry } from '../api/types.js';
import { ConfirmDialog } from '../ui/ConfirmDialog.js';
import { Dialog } from '../ui/Dialog.js';
import { DialogActions } from '../ui/DialogActions.js';

interface PathDialogProps {
  title: string;
  action: string;
  initial: string;
  run: (path: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks for a path; stays open with the reason when it is refused. */
function PathDialog({ title, action, initial, run, onClose }: PathDialogProps) {
  const client = useQueryClient();
  const [path, setPath] = useState(initial);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await run(path.trim());
      await client.invalidateQueries({ queryKey: keys.paths });
      onClose();
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <form className="dialog-form" onSubmit={submit}>
        <label className="field">
          <span className="field-label">Path</span>
          <input
            className="input code"
            name="path"
            data-autofocus
            spellCheck={false}
            autoCapitalize="off"
            value={path}
            onChange={(event) => setPath(event.target.value)}
          />
        </label>
        <DialogActions error={error} onClose={onClose}>
          <button type="submit" className="button primary" disabled={busy || path.trim() === initial || path.trim().endsWith('/')}>
            {action}
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** @param parent directory in which the new one is offered, `''` for the root. */
export function NewFolderDialog({ parent, onClose }: { parent: string; onClose: () => void }) {
  return <PathDialog title="New folder" action="Create" initial={`${parent}/`} run={makeDirectory} onClose={onClose} />;
}

export function MoveDialog({ entry, onClose }: { entry: PathEntry; onClose: () => void }) {
  const from = entry.full_path;
  return <PathDialog title="Move or rename" action="Move" initial={from} run={(to) => movePath(from, to)} onClose={onClose} />;
}

export function RemoveDialog({ entry, onClose }: { entry: PathEntry; onClose: () => void }) {
  const client = useQueryClient();
  const isDirectory = entry.kind === 'directory';

  const remove = async (): Promise<void> => {
    await removePath(entry.full_path);
    await client.invalidateQueries({ queryKey: keys.paths });
  };

  return (
    <ConfirmDialog title={isDirectory ? 'Remove this folder?' : 'Remove this name?'} action="Remove" run={remove} onClose={onClose}>
      <p>
        {isDirectory ? (
          <>
            <code>{entry.full_path}</code> and all names in it are removed. What they name stays. Documents keep at least one name: move
            those that have no other one out of the folder first.
          </>
        ) : (
          <>
            The name <code>{entry.full_path}</code> is removed. What it names stays.
          </>
        )}
      </p>
    </ConfirmDialog>
  );
}
