import { useMemo, useState } from 'react';
import { Header } from '../app/Header.js';
import { useDocuments, usePaths } from '../api/queries.js';
import type { PathEntry } from '../api/types.js';
import { MoveDialog, NewFolderDialog, RemoveDialog } from '../paths/PathDialogs.js';
import { buildPathTree } from '../paths/pathTree.js';
import { PathTree, type PathAction } from '../paths/PathTree.js';
import { EmptyState, LoadError, Skeleton } from '../ui/EmptyState.js';
import { Icon } from '../ui/Icon.js';
import { usePageTitle } from '../ui/usePageTitle.js';
import { CreateDialog } from './CreateDialog.js';
import { ImportDialog } from './ImportDialog.js';

/** So many documents, those that changed last, show their counts by status; each costs a query. */
const ROWS_WITH_COUNTS = 12;

type OpenDialog = { dialog: 'import' } | { dialog: 'document' | 'folder'; folder: string } | { dialog: 'move' | 'remove'; entry: PathEntry };

/** The tree of names: documents and whatever else has one. */
export function PathsPage() {
  const paths = usePaths();
  const documents = useDocuments();
  const [open, setOpen] = useState<OpenDialog>();
  usePageTitle('Documents');

  const tree = useMemo(() => paths.data && documents.data && buildPathTree(paths.data, documents.data), [paths.data, documents.data]);
  const counted = useMemo(() => {
    const latest = [...(documents.data ?? [])].sort((a, b) => b.updated_at - a.updated_at).slice(0, ROWS_WITH_COUNTS);
    return new Set(latest.map((document) => document.document_id));
  }, [documents.data]);
  const failed = [paths, documents].find((query) => query.error && !query.data);

  const act = (action: PathAction, entry: PathEntry): void =>
    setOpen(action === 'move' || action === 'remove' ? { dialog: action, entry } : { dialog: action, folder: entry.full_path });

  const buttons = (
    <div className="page-actions">
      <button type="button" className="button" onClick={() => setOpen({ dialog: 'folder', folder: '' })}>
        <Icon name="folder" /> New folder
      </button>
      <button type="button" className="button" onClick={() => setOpen({ dialog: 'import' })}>
        <Icon name="import" /> Import Markdown
      </button>
      <button type="button" className="button primary" onClick={() => setOpen({ dialog: 'document', folder: '' })}>
        <Icon name="plus" /> New document
      </button>
    </div>
  );

  return (
    <>
      <Header />
      <main className="page">
        <div className="page-head">
          <h1>Documents</h1>
          {tree && tree.length > 0 && buttons}
        </div>
        {failed?.error ? (
          <LoadError what="The documents" error={failed.error} retry={failed.refetch} />
        ) : !tree ? (
          <Skeleton rows={6} label="Loading the documents" />
        ) : tree.length === 0 ? (
          <EmptyState title="No documents yet">
            <p>Start with an empty one, or import a Markdown plan: its headings become chunks.</p>
            {buttons}
          </EmptyState>
        ) : (
          <PathTree nodes={tree} counted={counted} onAction={act} />
        )}
      </main>
      {open && <PageDialog open={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function PageDialog({ open, onClose }: { open: OpenDialog; onClose: () => void }) {
  switch (open.dialog) {
    case 'import':
      return <ImportDialog onClose={onClose} />;
    case 'document':
      return <CreateDialog folder={open.folder} onClose={onClose} />;
    case 'folder':
      return <NewFolderDialog parent={open.folder} onClose={onClose} />;
    case 'move':
      return <MoveDialog entry={open.entry} onClose={onClose} />;
    case 'remove':
      return <RemoveDialog entry={open.entry} onClose={onClose} />;
  }
}
