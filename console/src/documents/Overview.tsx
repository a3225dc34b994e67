import { Link } from 'wouter';
import type { ChunkSummary } from '../api/types.js';
import { useActivity, type Change } from '../live/changes.js';
import { countStatuses } from '../outline/tree.js';
import { Ago } from '../ui/Ago.js';
import { StatusPill } from '../ui/StatusPill.js';
import { fromNanos, shortDate, today } from '../ui/time.js';
import { dateOf, isLate, isOpen } from '../board/schedule.js';

interface OverviewProps {
  documentId: string;
  chunks: readonly ChunkSummary[];
  onSelect: (chunkId: string) => void;
}

const LISTED = 8;

/** The right-hand side while no chunk is open: where the plan stands and what just happened. */
export function Overview({ documentId, chunks, onSelect }: OverviewProps) {
  const statuses = countStatuses(chunks);
  const due = chunks
    .filter((chunk) => dateOf(chunk) && isOpen(chunk))
    .sort((a, b) => (dateOf(a) ?? '').localeCompare(dateOf(b) ?? ''))
    .slice(0, LISTED);
  return (
    <section className="overview" aria-label="Overview">
      <div className="overview-column">
      {statuses.length > 0 && (
        <div className="overview-counts">
          {statuses.map(([status, count]) => (
            <Link key={status} href={`/documents/${documentId}/board`} className="count-card">
              <strong>{count}</strong>
              <StatusPill status={status} />
            </Link>
          ))}
        </div>
      )}
      {due.length > 0 && (
        <>
          <h2 className="section-title">Next</h2>
          <ul className="plain-list">
            {due.map((chunk) => (
              <li key={chunk.id}>
                <button type="button" className="list-row" onClick={() => onSelect(chunk.id)}>
                  <span className="due" data-late={isLate(chunk, today())}>
                    {shortDate(dateOf(chunk) ?? '', true)}
                  </span>
                  <span className="list-row-title">{chunk.title}</span>
                  {chunk.status && <StatusPill status={chunk.status} />}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <h2 className="section-title">Latest changes</h2>
      <LatestChanges documentId={documentId} chunks={chunks} onSelect={onSelect} />
      </div>
    </section>
  );
}

const DID: Readonly<Record<string, string>> = {
  create_chunk: 'added',
  create_document: 'added',
  import_md: 'imported',
  update_chunk: 'changed',
  move_chunk: 'moved',
};

function LatestChanges({ documentId, chunks, onSelect }: OverviewProps) {
  const activity = useActivity(documentId);
  const latest = new Map<string, Change>();
  for (const change of activity) if (!latest.has(change.chunkId)) latest.set(change.chunkId, change);
  const rows = [...chunks].sort((a, b) => b.updated_at - a.updated_at).slice(0, LISTED);
  return (
    <ul className="plain-list">
      {rows.map((chunk) => {
        const change = latest.get(chunk.id);
        return (
          <li key={chunk.id}>
            <button type="button" className="list-row" onClick={() => onSelect(chunk.id)}>
              <span className="list-row-when">
                <Ago at={change?.at ?? fromNanos(chunk.updated_at)} />
              </span>
              <span className="list-row-title">
                {change && <strong>{`${change.by} ${DID[change.op] ?? 'changed'} `}</strong>}
                {chunk.title}
              </span>
              {chunk.status && <StatusPill status={chunk.status} />}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
