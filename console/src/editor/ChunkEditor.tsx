import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useChunk } from '../api/queries.js';
import type { Chunk, ChunkSummary, TypeDef } from '../api/types.js';
import { statusValues } from '../board/schedule.js';
import { useChange } from '../live/changes.js';
import type { TreeNode } from '../outline/tree.js';
import type { ChunkActions } from '../outline/useChunkActions.js';
import { LoadError, Skeleton } from '../ui/EmptyState.js';
import { BodyPane } from './BodyPane.js';
import { ChangedBanner } from './ChangedBanner.js';
import { drafts, useDraft, type Draft } from './drafts.js';
import { EditorBar } from './EditorBar.js';
import { GoneChunk } from './GoneChunk.js';
import { Properties } from './Properties.js';
import { TitleInput } from './TitleInput.js';
import { useSaveChunk, type SaveOutcome } from './useSaveChunk.js';
import { valuesOf, type Values } from './values.js';

const ConflictDialog = lazy(() => import('../conflict/ConflictDialog.js'));

interface ChunkEditorProps {
  chunkId: string;
  node: TreeNode | undefined;
  chunks: readonly ChunkSummary[];
  types: readonly TypeDef[];
  actions: ChunkActions;
  onAddChild: (parentId: string) => Promise<void>;
  onSelect: (chunkId: string | undefined) => void;
}

export function ChunkEditor(props: ChunkEditorProps) {
  const { chunkId, node, onSelect } = props;
  const query = useChunk(chunkId);
  const draft = useDraft(chunkId);

  if (!query.data && query.isPending) {
    return (
      <section className="editor" aria-label="Chunk">
        <Skeleton rows={7} label="Loading the chunk" />
      </section>
    );
  }
  if (query.data && node) return <LoadedEditor {...props} node={node} chunk={query.data} draft={draft} />;
  return (
    <section className="editor" aria-label="Chunk">
      {node && query.error ? (
        <LoadError what="The chunk" error={query.error} retry={query.refetch} />
      ) : (
        <GoneChunk chunkId={chunkId} draft={draft} onClose={() => onSelect(undefined)} />
      )}
    </section>
  );
}

interface LoadedProps extends ChunkEditorProps {
  node: TreeNode;
  chunk: Chunk;
  draft: Draft | undefined;
}

function LoadedEditor({ chunkId, node, chunks, types, actions, onAddChild, onSelect, chunk, draft }: LoadedProps) {
  const saver = useSaveChunk(chunkId);
  const change = useChange(chunkId);
  const [reviewing, setReviewing] = useState(false);
  const values = draft?.values ?? valuesOf(chunk);
  const { saving, fieldError, saveDraft } = saver;
  const behind = draft !== undefined && chunk.revision > draft.base.revision && !saving;
  const errorOf = (name: string): string | undefined => (fieldError?.field === name ? fieldError.message : undefined);

  const edit = (patch: Partial<Values>): void => {
    const before = drafts.get(chunkId);
    drafts.put(before?.base ?? chunk, { ...(before?.values ?? valuesOf(chunk)), ...patch });
  };

  const save = useCallback(async (): Promise<void> => {
    if ((await saveDraft()) === 'conflict') setReviewing(true);
  }, [saveDraft]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
      event.preventDefault();
      // The dialog has its own way to save.
      if (!document.querySelector('dialog[open]')) void save();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [save]);

  const closeWhenSaved = async (outcome: Promise<SaveOutcome>): Promise<void> => {
    if ((await outcome) === 'saved') setReviewing(false);
  };

  return (
    <section className="editor" aria-label="Chunk" data-testid="chunk-editor" data-chunk-id={chunkId}>
      <EditorBar
        chunk={chunk}
        node={node}
        unsaved={draft !== undefined}
        saving={saving}
        change={change}
        actions={actions}
        onSave={save}
        onDiscard={() => drafts.discard(chunkId)}
        onAddChild={onAddChild}
        onSelect={onSelect}
      />
      <div className="editor-scroll">
        <TitleInput
          value={values.title}
          error={errorOf('title')}
          fresh={chunk.revision === 1 && values.title === 'Untitled'}
          onChange={(title) => edit({ title })}
        />
        <Properties
          values={values}
          types={types}
          statuses={knownStatuses(types, chunks)}
          fieldError={fieldError}
          onChange={edit}
        />
        <BodyPane value={values.body} error={errorOf('body')} onChange={(body) => edit({ body })} />
      </div>
      {/* At the foot, where their coming does not move the text that is being typed. */}
      {behind && <ChangedBanner chunk={chunk} change={change} onReview={() => setReviewing(true)} />}
      {saver.error && (
        <p className="banner error" role="alert">
          Not saved: {saver.error} Your edits are kept here.
        </p>
      )}
      {draft && reviewing && (
        <Suspense fallback={null}>
          <ConflictDialog
            base={valuesOf(draft.base)}
            mine={draft.values}
            theirs={chunk}
            change={change}
            refused={saver.error ?? fieldError?.message}
            saving={saving}
            onEditBody={(body) => edit({ body })}
            onSave={(merged) => closeWhenSaved(saver.save(chunk, merged))}
            onKeepMine={() => closeWhenSaved(saver.keepMine(chunk))}
            onTakeTheirs={() => {
              setReviewing(false);
              saver.takeTheirs(chunk);
            }}
            onClose={() => setReviewing(false)}
          />
        </Suspense>
      )}
    </section>
  );
}

/** For chunks whose type does not say which statuses there are. */
function knownStatuses(types: readonly TypeDef[], chunks: readonly ChunkSummary[]): string[] {
  const statuses = new Set(types.flatMap((type) => statusValues(type) ?? []));
  for (const { status } of chunks) if (status) statuses.add(status);
  return [...statuses];
}
