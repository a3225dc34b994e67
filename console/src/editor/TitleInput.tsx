import { useEffect, useRef } from 'react';

interface TitleInputProps {
  value: string;
  error: string | undefined;
  /** Starts with the whole title selected, ready to be replaced. */
  fresh: boolean;
  onChange: (title: string) => void;
}

/** A title of one line that wraps where it is long. */
export function TitleInput({ value, error, fresh, onChange }: TitleInputProps) {
  const input = useRef<HTMLTextAreaElement>(null);
  const freshAtFirst = useRef(fresh);

  useEffect(() => {
    if (freshAtFirst.current) input.current?.select();
  }, []);

  return (
    <div className="title-field">
      <textarea
        ref={input}
        className="title-input"
        name="title"
        aria-label="Title"
        placeholder="Untitled"
        rows={1}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby="title-error"
        onChange={(event) => onChange(event.target.value.replace(/\s*\n\s*/g, ' '))}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault();
        }}
      />
      {error && (
        <p id="title-error" className="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
