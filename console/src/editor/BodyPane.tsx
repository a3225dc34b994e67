import { lazy, Suspense, useDeferredValue, useState } from 'react';
import { readStored, writeStored } from '../ui/storage.js';

const loadEditor = () => import('./MarkdownEditor.js');
const MarkdownEditor = lazy(loadEditor);
const Preview = lazy(() => import('./Preview.js'));

const MODES = ['write', 'split', 'preview'] as const;
type Mode = (typeof MODES)[number];
const LABELS: Readonly<Record<Mode, string>> = { write: 'Write', split: 'Both', preview: 'Preview' };
/** Where both would stand below each other. */
const NARROW = '(max-width: 1000px)';
const STORAGE_KEY = 'loomcycle.body-mode';

/** Fetches the editor's code ahead of the first chunk that is opened. */
export async function preloadEditor(): Promise<void> {
  await Promise.all([loadEditor(), import('./Preview.js')]);
}

interface BodyPaneProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

/** The body as Markdown, as it will read, or both. */
export function BodyPane({ value, error, onChange }: BodyPaneProps) {
  const [mode, setMode] = useState<Mode>(storedMode);
  const previewed = useDeferredValue(value);

  const choose = (next: Mode): void => {
    setMode(next);
    writeStored('localStorage', STORAGE_KEY, next);
  };

  return (
    <section className="body" aria-label="Body">
      <div className="body-head">
        <span className="field-label">Body</span>
        <span className="body-count">{characters(value)}</span>
        <div className="segmented" role="group" aria-label="Body view">
          {MODES.map((each) => (
            <button key={each} type="button" aria-pressed={mode === each} onClick={() => choose(each)}>
              {LABELS[each]}
            </button>
          ))}
        </div>
      </div>
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
      <div className="body-panes" data-mode={mode}>
        <Suspense fallback={<div className="markdown-editor loading" />}>
          <div className="body-write" hidden={mode === 'preview'}>
            <MarkdownEditor value={value} invalid={error !== undefined} onChange={onChange} />
          </div>
        </Suspense>
        {mode !== 'write' && (
          <div className="body-preview" aria-label="Preview" role="region" tabIndex={0}>
            {previewed.trim() === '' ? (
              <p className="muted">Nothing written yet.</p>
            ) : (
              <Suspense fallback={null}>
                <Preview markdown={previewed} />
              </Suspense>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

function storedMode(): Mode {
  const stored = readStored('localStorage', STORAGE_KEY);
  return MODES.find((mode) => mode === stored) ?? (window.matchMedia(NARROW).matches ? 'write' : 'split');
}

function characters(text: string): string {
  const count = text.length;
  return count === 1 ? '1 character' : `${count.toLocaleString()} characters`;
}
