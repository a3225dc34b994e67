import type { ReactNode } from 'react';

/** The foot of a dialog: what went wrong, a way out, and then the buttons that act. */
export function DialogActions({ error, onClose, children }: { error?: string | undefined; onClose: () => void; children: ReactNode }) {
  return (
    <>
      <p className="field-error" role="alert">
        {error}
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        {children}
      </div>
    </>
  );
}
