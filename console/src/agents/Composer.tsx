import { useEffect, useRef, useState, type KeyboardEvent, type SubmitEvent } from 'react';
import { messageOf } from '../api/client.js';
import { Icon } from '../ui/Icon.js';

interface ComposerProps {
  placeholder: string;
  /** Why nothing can be sent now. */
  waits?: string | undefined;
  autoFocus?: boolean;
  /** Ends the run that is under way; absent where there is none. */
  onStop?: (() => Promise<void>) | undefined;
  onSend: (text: string) => Promise<void>;
}

/** Where a person writes to an agent: Enter sends, Shift and Enter begin a new line. */
export function Composer({ placeholder, waits, autoFocus = false, onStop, onSend }: ComposerProps) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);

  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (reason) {
      setError(messageOf(reason));
    }
    setBusy(false);
  };
  const canSend = !busy && waits === undefined && text.trim() !== '';
  const send = async (): Promise<void> => {
    if (!canSend) return;
    await run(async () => {
      await onSend(text.trim());
      setText('');
    });
  };
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    await send();
  };
  const onKeyDown = async (event: KeyboardEvent): Promise<void> => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    await send();
  };

  return (
    <form className="composer" onSubmit={submit}>
      <p className="field-error" role="alert">
        {error}
      </p>
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          className="composer-text"
          aria-label="Message"
          data-testid="composer"
          placeholder={waits ?? placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {onStop && (
          <button type="button" className="button" data-testid="stop-run" disabled={busy} onClick={() => run(onStop)}>
            <Icon name="stop" /> Stop
          </button>
        )}
        {(!onStop || waits === undefined) && (
          <button type="submit" className="button primary" data-testid="send" disabled={!canSend}>
            <Icon name="send" /> Send
          </button>
        )}
      </div>
    </form>
  );
}
