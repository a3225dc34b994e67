import { useDraggable } from '@dnd-kit/core';
import type { KeyboardEvent } from 'react';
import { Link, useLocation } from 'wouter';
import type { ChunkSummary } from '../api/types.js';
import { useDraft } from '../editor/drafts.js';
import { useChange } from '../live/changes.js';
import { ChangedBy } from '../outline/ChangedBy.js';
import { Flash } from '../ui/Flash.js';
import { Icon } from '../ui/Icon.js';
import { shortDate, today } from '../ui/time.js';
import { dateOf, isLate } from './schedule.js';

/** A card to drag: by pointer, or with Space and the arrow keys. Enter opens its chunk. */
export function BoardCard({ chunk }: { chunk: ChunkSummary }) {
  const [, navigate] = useLocation();
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: chunk.id });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !isDragging) navigate(chunkPath(chunk));
    else listeners?.onKeyDown?.(event);
  };

  return (
    <article
      ref={setNodeRef}
      {...listeners}
      onKeyDown={onKeyDown}
      tabIndex={0}
      aria-roledescription="draggable card"
      aria-label={chunk.title}
      className="board-card"
      data-testid="board-card"
      data-chunk-id={chunk.id}
      data-revision={chunk.revision}
      data-dragging={isDragging}
    >
      <CardFace chunk={chunk} />
    </article>
  );
}

export function CardFace({ chunk, lifted = false }: { chunk: ChunkSummary; lifted?: boolean }) {
  const change = useChange(chunk.id);
  const unsaved = useDraft(chunk.id) !== undefined;
  const date = dateOf(chunk);
  const late = isLate(chunk, today());
  const platform = chunk.fields?.platform;
  return (
    <div className="card-face" data-lifted={lifted}>
      {!lifted && <Flash change={change} />}
      <span className="card-platform">{typeof platform === 'string' ? platform : (chunk.type ?? '\u00a0')}</span>
      <span className="card-title">
        <Link href={chunkPath(chunk)} tabIndex={-1} draggable={false}>
          {chunk.title || 'Untitled'}
        </Link>
        {unsaved && <span className="unsaved-dot" role="img" aria-label="Unsaved edits" title="Unsaved edits" />}
      </span>
      <span className="card-meta">
        {date && (
          <span className="due" data-late={late}>
            {late && <Icon name="clock" />}
            {late && <span className="late-word">Late ·</span>}
            {shortDate(date)}
          </span>
        )}
        <ChangedBy change={change} />
      </span>
    </div>
  );
}

const chunkPath = (chunk: ChunkSummary): string => `/documents/${chunk.document_id}?chunk=${chunk.id}`;
