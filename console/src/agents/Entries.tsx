import { lazy, memo, Suspense, useDeferredValue } from 'react';
import { ToolCall } from './ToolCall.js';
import type { Entry } from './entries.js';

const Preview = lazy(() => import('../editor/Preview.js'));

export function Entries({ entries }: { entries: readonly Entry[] }) {
  // Entries are only added at the end, or taken from there.
  return entries.map((entry, index) => <EntryView key={index} entry={entry} />);
}

const EntryView = memo(function EntryView({ entry }: { entry: Entry }) {
  switch (entry.kind) {
    case 'person':
      return (
        <div className="entry person" data-testid="entry-person">
          {entry.text}
        </div>
      );
    case 'text':
      return <Text text={entry.text} />;
    case 'thinking':
      return (
        <details className="tool-call thinking">
          <summary>
            <span className="tool-call-name">Thoughts</span>
          </summary>
          <div className="tool-call-body">
            <p>{entry.text}</p>
          </div>
        </details>
      );
    case 'tool':
      return <ToolCall entry={entry} />;
    case 'note':
      return <p className="entry note">{entry.text}</p>;
    case 'error':
      return (
        <p className="entry failure" role="alert">
          {entry.text}
        </p>
      );
  }
});

function Text({ text }: { text: string }) {
  const rendered = useDeferredValue(text);
  return (
    <div className="entry text" data-testid="entry-text">
      <Suspense fallback={<p className="prose">{rendered}</p>}>
        <Preview markdown={rendered} />
      </Suspense>
    </div>
  );
}
