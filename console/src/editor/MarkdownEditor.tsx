import { useEffect, useRef } from 'react';
import { Annotation, Transaction } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { minimalChange } from './minimalChange.js';
import { markdownSetup } from './markdownSetup.js';

interface MarkdownEditorProps {
  value: string;
  invalid?: boolean;
  onChange: (value: string) => void;
}

const FromOutside = Annotation.define<boolean>();

/** A Markdown editor whose text follows `value`; text that changes from outside leaves the cursor where it is. */
export default function MarkdownEditor({ value, invalid = false, onChange }: MarkdownEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  const initial = useRef(value);

  useEffect(() => {
    changed.current = onChange;
  }, [onChange]);

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      doc: initial.current,
      extensions: [
        markdownSetup,
        EditorView.contentAttributes.of({ 'data-testid': 'chunk-body', 'aria-label': 'Body, Markdown' }),
        EditorView.updateListener.of((update) => {
          const typed = update.transactions.some((tr) => tr.docChanged && !tr.annotation(FromOutside));
          if (typed) changed.current(update.state.doc.toString());
        }),
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const changes = minimalChange(editor.state.doc.toString(), value);
    if (changes) {
      editor.dispatch({ changes, annotations: [FromOutside.of(true), Transaction.addToHistory.of(false)] });
    }
  }, [value]);

  return <div className="markdown-editor" ref={host} data-invalid={invalid} />;
}
