import { Link } from 'wouter';
import { useChunks } from '../api/queries.js';
import type { DocumentSummary } from '../api/types.js';
import { countStatuses } from '../outline/tree.js';
import { Ago } from '../ui/Ago.js';
import { Icon } from '../ui/Icon.js';
import { toneOf } from '../ui/StatusPill.js';
import { fromNanos } from '../ui/time.js';

const COUNTED_CHUNKS_MAX = 2000;

/** A document in the list, with the name that it has there. */
export function DocumentRow({ document, name, counted }: { document: DocumentSummary; name: string; counted: boolean }) {
  const { document_id: id, chunk_count: count } = document;
  return (
    <Link href={`/documents/${id}`} className="document-row" data-testid="document-row" data-document-id={id}>
      <span className="document-row-head">
        <Icon name="document" className="path-icon" />
        <span className="document-row-title">{document.title}</span>
        <span className="document-row-name">{name}</span>
      </span>
      <span className="document-row-counts">{counted && count <= COUNTED_CHUNKS_MAX && <StatusBar documentId={id} />}</span>
      <span className="document-row-meta">{count === 1 ? '1 chunk' : `${count} chunks`}</span>
      <span className="document-row-meta">
        <Ago at={fromNanos(document.updated_at)} />
      </span>
    </Link>
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
