import { useState, type ReactNode } from 'react';
import { messageOf } from '../api/client.js';
import { Dialog } from './Dialog.js';
import { DialogActions } from './DialogActions.js';

interface ConfirmDialogProps {
  title: string;
  action: string;
  run: () => Promise<void>;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something is destroyed; stays open with the reason when it is refused. */
export function ConfirmDialog({ title, action, run, onClose, children }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      await run();
      onClose();
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <div className="dialog-body">{children}</div>
      <DialogActions error={error} onClose={onClose}>
        <button type="button" className="button danger" disabled={busy} onClick={confirm}>
          {action}
        </button>
      </DialogActions>
    </Dialog>
  );
}
