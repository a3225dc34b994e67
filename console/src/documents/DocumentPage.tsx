import { useCallback, useEffect, useMemo } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { AskPanel } from '../agents/AskPanel.js';
import { ApiError } from '../api/client.js';
import { useChunks, useDocument, useTypes } from '../api/queries.js';
import { Header } from '../app/Header.js';
import { Board } from '../board/Board.js';
import { preloadEditor } from '../editor/BodyPane.js';
import { ChunkEditor } from '../editor/ChunkEditor.js';
import { drafts } from '../editor/drafts.js';
import { buildTree } from '../outline/tree.js';
import { TreePanel } from '../outline/TreePanel.js';
import { useChunkActions } from '../outline/useChunkActions.js';
import { EmptyState, LoadError, Skeleton } from '../ui/EmptyState.js';
import { Icon } from '../ui/Icon.js';
import { usePageTitle } from '../ui/usePageTitle.js';
import { DocumentMenu } from './DocumentMenu.js';
import { Overview } from './Overview.js';

interface DocumentPageProps {
  documentId: string;
  view: 'outline' | 'board';
}

export function DocumentPage({ documentId, view }: DocumentPageProps) {
  const document = useDocument(documentId);
  const chunks = useChunks(documentId);
  const types = useTypes(documentId);
  usePageTitle(document.data?.title);
  useUnsavedWarning();
  const [ask, setAsk] = useAsk();
  const chunkId = new URLSearchParams(useSearch()).get('chunk');
  const title = document.data?.title;
  const inView = useMemo(
    () => ({ document_id: documentId, scope: 'user', ...(title === undefined ? {} : { title }), ...(chunkId ? { selected_chunk_id: chunkId } : {}) }),
    [documentId, title, chunkId],
  );

  const gone = isRefusal(document.error);
  return (
    <>
      <Header title={gone ? 'Not found' : (document.data?.title ?? '\u00a0')}>
        {!gone && (
          <>
            <nav className="tabs" aria-label="View">
              <Link href={`/documents/${documentId}${ask ? `?ask=${ask}` : ''}`} className="tab" aria-current={view === 'outline' ? 'page' : undefined}>
                Outline
              </Link>
              <Link
                href={`/documents/${documentId}/board${ask ? `?ask=${ask}` : ''}`}
                className="tab"
                aria-current={view === 'board' ? 'page' : undefined}
              >
                Board
              </Link>
            </nav>
            <button
              type="button"
              className="button small ask-button"
              aria-pressed={ask !== undefined}
              onClick={() => setAsk(ask === undefined ? 'new' : undefined)}
            >
              <Icon name="chat" /> Ask
            </button>
            <DocumentMenu documentId={documentId} title={document.data?.title ?? ''} />
          </>
        )}
      </Header>
      <main className="document">
        {gone ? (
          <EmptyState title="This document is not here" tone="error">
            <p>{document.error?.message}</p>
            <Link className="button" href="/paths?scope=user">
              Go to the documents
            </Link>
          </EmptyState>
        ) : chunks.error && !chunks.data ? (
          <LoadError what="The document" error={chunks.error} retry={chunks.refetch} />
        ) : !chunks.data ? (
          <div className="document-loading">
            <Skeleton rows={12} label="Loading the document" />
          </div>
        ) : view === 'board' ? (
          <Board documentId={documentId} chunks={chunks.data} types={types.data ?? []} />
        ) : (
          <OutlineView documentId={documentId} chunks={chunks.data} types={types.data ?? []} />
        )}
        {ask !== undefined && !gone && <AskPanel ask={ask} inView={inView} onAsk={setAsk} />}
      </main>
    </>
  );
}

/** The conversation next to the document, as the address has it: `new`, the id of a run, or none. */
function useAsk(): [ask: string | undefined, setAsk: (ask: string | undefined) => void] {
  const [path, navigate] = useLocation();
  const ask = new URLSearchParams(useSearch()).get('ask') ?? undefined;
  const setAsk = useCallback(
    (next: string | undefined): void => {
      const query = new URLSearchParams(window.location.search);
      if (next === undefined) query.delete('ask');
      else query.set('ask', next);
      navigate(query.size === 0 ? path : `${path}?${query}`, { replace: true });
    },
    [path, navigate],
  );
  return [ask, setAsk];
}

/** Once the outline has been painted. */
const PRELOAD_AFTER_MS = 300;

type ViewProps = Parameters<typeof Board>[0];

function OutlineView({ documentId, chunks, types }: ViewProps) {
  const [, navigate] = useLocation();
  const selectedId = new URLSearchParams(useSearch()).get('chunk') ?? undefined;
  const tree = useMemo(() => buildTree(chunks), [chunks]);
  const actions = useChunkActions(documentId);

  const select = useCallback(
    (chunkId: string | undefined): void => {
      const ask = new URLSearchParams(window.location.search).get('ask');
      const query = new URLSearchParams({ ...(chunkId ? { chunk: chunkId } : {}), ...(ask ? { ask } : {}) }).toString();
      navigate(`/documents/${documentId}${query === '' ? '' : `?${query}`}`);
    },
    [documentId, navigate],
  );

  useEffect(() => {
    // A failure shows when the editor is opened.
    const timer = setTimeout(() => void preloadEditor().catch(() => undefined), PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);

  const addChild = async (parentId: string): Promise<void> => {
    const chunk = await actions.add(parentId);
    if (chunk) select(chunk.id);
  };

  return (
    <div className="outline" data-selected={selectedId !== undefined}>
      <TreePanel tree={tree} selectedId={selectedId} onSelect={select} onAddChild={addChild} onMove={actions.move} />
      {selectedId ? (
        <ChunkEditor
          key={selectedId}
          chunkId={selectedId}
          node={tree.byId.get(selectedId)}
          chunks={chunks}
          types={types}
          actions={actions}
          onAddChild={addChild}
          onSelect={select}
        />
      ) : (
        <Overview documentId={documentId} chunks={chunks} onSelect={select} />
      )}
    </div>
  );
}

function isRefusal(error: Error | null): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500;
}

/** The browser asks before the tab with unsaved edits is closed. */
function useUnsavedWarning(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (drafts.hasAny()) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);
}
