import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Icon } from './Icon.js';

interface DialogProps {
  title: string;
  className?: string;
  testId?: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog, open for as long as it is mounted; Escape closes it. `data-autofocus` marks what gets the focus. */
export function Dialog({ title, className = '', testId, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    const first = element?.querySelector<HTMLElement>('[data-autofocus]') ?? heading.current;
    first?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      data-testid={testId}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={titleId} tabIndex={-1} ref={heading}>
          {title}
        </h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
