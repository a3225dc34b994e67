import { useState } from 'react';
import { Link } from 'wouter';
import { Header } from '../app/Header.js';
import { useChunks, useDocuments } from '../api/queries.js';
import type { DocumentSummary } from '../api/types.js';
import { countStatuses } from '../outline/tree.js';
import { Ago } from '../ui/Ago.js';
import { EmptyState, LoadError, Skeleton } from '../ui/EmptyState.js';
import { Icon } from '../ui/Icon.js';
import { toneOf } from '../ui/StatusPill.js';
import { fromNanos } from '../ui/time.js';
import { usePageTitle } from '../ui/usePageTitle.js';
import { CreateDialog } from './CreateDialog.js';
import { ImportDialog } from './ImportDialog.js';

/** So many rows show their counts by status; each costs a query. */
const ROWS_WITH_COUNTS = 12;
const COUNTED_CHUNKS_MAX = 2000;

export function PathsPage() {
  const documents = useDocuments();
  const [dialog, setDialog] = useState<'create' | 'import'>();
  usePageTitle('Documents');

  const buttons = (
    <div className="page-actions">
      <button type="button" className="button" onClick={() => setDialog('import')}>
        <Icon name="import" /> Import Markdown
      </button>
      <button type="button" className="button primary" onClick={() => setDialog('create')}>
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
          {documents.data && documents.data.length > 0 && buttons}
        </div>
        {documents.error && !documents.data ? (
          <LoadError what="The documents" error={documents.error} retry={documents.refetch} />
        ) : !documents.data ? (
          <Skeleton rows={6} label="Loading the documents" />
        ) : documents.data.length === 0 ? (
          <EmptyState title="No documents yet">
            <p>Start with an empty one, or import a Markdown plan: its headings become chunks.</p>
            {buttons}
          </EmptyState>
        ) : (
          <ul className="document-list">
            {[...documents.data]
              .sort((a, b) => b.updated_at - a.updated_at)
              .map((document, index) => (
                <DocumentRow key={document.document_id} document={document} counted={index < ROWS_WITH_COUNTS} />
              ))}
          </ul>
        )}
      </main>
      {dialog === 'create' && <CreateDialog onClose={() => setDialog(undefined)} />}
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(undefined)} />}
    </>
  );
}

function DocumentRow({ document, counted }: { document: DocumentSummary; counted: boolean }) {
  const { document_id: id, chunk_count: count } = document;
  return (
    <li>
      <Link href={`/documents/${id}`} className="document-row" data-testid="document-row" data-document-id={id}>
        <span className="document-row-title">{document.title}</span>
        <span className="document-row-counts">
          {counted && count <= COUNTED_CHUNKS_MAX && <StatusBar documentId={id} />}
        </span>
        <span className="document-row-meta">{count === 1 ? '1 chunk' : `${count} chunks`}</span>
        <span className="document-row-meta">
          <Ago at={fromNanos(document.updated_at)} />
        </span>
      </Link>
    </li>
  );
}

/** How the document's statuses are shared out, as a bar with its numbers. */
function StatusBar({ documentId }: { documentId: string }) {
  const { data } = useChunks(documentId);
  const statuses = countStatuses(data ?? []);
  if (statuses.length === 0) return null;
  const label = statuses.map(([status, count]) => `${count} ${status}`).join(', ');
  return (
    <span className="status-bar" title={label}>
      <span className="status-bar-track" aria-hidden="true">
        {statuses.map(([status, count]) => (
          <span key={status} data-tone={toneOf(status)} style={{ flexGrow: count }} />
        ))}
      </span>
      <span className="status-bar-label">{label}</span>
    </span>
  );
}
