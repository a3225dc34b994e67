import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { markdownSetup } from '../editor/markdownSetup.js';
import { minimalChange } from '../editor/minimalChange.js';

interface BodyMergeProps {
  theirs: string;
  /** What my side starts with; later changes to it are ignored, since it is edited here. */
  mine: string;
  /** My side starts with their text, because I had not changed mine. */
  untouched: boolean;
  onChange: (mine: string) => void;
}

/** Their text, read-only, beside mine, which can be edited and take single changes over from theirs. */
export function BodyMerge({ theirs, mine, untouched, onChange }: BodyMergeProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<MergeView>(null);
  const start = useRef({ theirs, mine });
  const changed = useRef(onChange);

  useEffect(() => {
    changed.current = onChange;
  }, [onChange]);

  useEffect(() => {
    if (!host.current) return;
    const merge = new MergeView({
      parent: host.current,
      a: {
        doc: start.current.theirs,
        extensions: [
          markdownSetup,
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ 'aria-label': 'Their text', 'data-testid': 'conflict-theirs' }),
        ],
      },
      b: {
        doc: start.current.mine,
        extensions: [
          markdownSetup,
          EditorView.contentAttributes.of({ 'aria-label': 'My text', 'data-testid': 'conflict-mine' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      },
      revertControls: 'a-to-b',
      renderRevertControl: takeButton,
      gutter: true,
    });
    view.current = merge;
    return () => merge.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current?.a;
    const changes = editor && minimalChange(editor.state.doc.toString(), theirs);
    if (changes) editor.dispatch({ changes });
  }, [theirs]);

  return (
    <div className="merge">
      <div className="merge-heads" aria-hidden="true">
        <span>Theirs</span>
        <span>{untouched ? 'Mine (you had not changed the text)' : 'Mine, to edit'}</span>
      </div>
      <div className="merge-view" ref={host} />
    </div>
  );
}

function takeButton(): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'take-change';
  button.title = 'Take this change over';
  button.setAttribute('aria-label', 'Take this change over');
  button.textContent = '→';
  return button;
}
