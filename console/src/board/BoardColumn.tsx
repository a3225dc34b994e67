import { useDroppable } from '@dnd-kit/core';
import type { ChunkSummary } from '../api/types.js';
import { StatusPill, toneOf } from '../ui/StatusPill.js';
import { BoardCard } from './BoardCard.js';

export function BoardColumn({ status, cards }: { status: string; cards: readonly ChunkSummary[] }) {
  const { setNodeRef, isOver } = useDroppable({ id: status });
  return (
    <section
      ref={setNodeRef}
      className="board-column"
      role="listitem"
      aria-label={`${status}, ${cards.length}`}
      data-testid="board-column"
      data-status={status}
      data-tone={toneOf(status)}
      data-over={isOver}
    >
      <h2 className="board-column-head">
        <StatusPill status={status} />
        <span className="board-column-count">{cards.length}</span>
      </h2>
      <div className="board-cards">
        {cards.map((chunk) => (
          <BoardCard key={chunk.id} chunk={chunk} />
        ))}
        {cards.length === 0 && <p className="board-column-empty">None</p>}
      </div>
    </section>
  );
}
