import {
  DndContext,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  pointerWithin,
  rectIntersection,
  useSensor,
  useSensors,
  type Announcements,
  type CollisionDetection,
  type DragEndEvent,
} from '@dnd-kit/core';
import { useMemo, useState } from 'react';
import type { ChunkSummary, TypeDef } from '../api/types.js';
import { EmptyState } from '../ui/EmptyState.js';
import { BoardColumn } from './BoardColumn.js';
import { CardFace } from './BoardCard.js';
import { columnByArrowKey } from './columnByArrowKey.js';
import { cardsOf, columnsOf } from './schedule.js';
import { useMoveCard } from './useMoveCard.js';

interface BoardProps {
  documentId: string;
  chunks: readonly ChunkSummary[];
  types: readonly TypeDef[];
}

/** The column below the pointer; for the keyboard, which has none, the one that the card overlaps most. */
const columnUnder: CollisionDetection = (args) => {
  const within = pointerWithin(args);
  return within.length > 0 ? within : rectIntersection(args);
};

const START_KEYS = { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] };

/** Chunks with a status as cards in one column per status; dragging a card sets its status. */
export function Board({ documentId, chunks, types }: BoardProps) {
  const columns = useMemo(() => columnsOf(types, chunks), [types, chunks]);
  const [draggedId, setDraggedId] = useState<string>();
  const moveCard = useMoveCard(documentId);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 200, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: columnByArrowKey, keyboardCodes: START_KEYS }),
  );
  const cardOf = (id: unknown): ChunkSummary | undefined => chunks.find((chunk) => chunk.id === id);
  const dragged = cardOf(draggedId);

  const announcements = useMemo<Announcements>(() => {
    const title = (id: unknown): string => chunks.find((chunk) => chunk.id === id)?.title ?? 'the card';
    return {
      onDragStart: ({ active }) => `Picked up ${title(active.id)}.`,
      onDragOver: ({ active, over }) => (over ? `${title(active.id)} is over ${over.id}.` : undefined),
      onDragEnd: ({ active, over }) => (over ? `Dropped ${title(active.id)} in ${over.id}.` : 'Dropped where it was.'),
      onDragCancel: ({ active }) => `${title(active.id)} stays where it was.`,
    };
  }, [chunks]);

  const drop = ({ active, over }: DragEndEvent): void => {
    setDraggedId(undefined);
    const card = cardOf(active.id);
    if (card && over && card.status !== over.id) void moveCard(card, String(over.id));
  };

  if (columns.length === 0) {
    return (
      <EmptyState title="No chunk has a status yet">
        <p>Give a chunk a status in the outline and it shows up here as a card.</p>
      </EmptyState>
    );
  }

  return (
    <DndContext
      sensors={sensors}
      collisionDetection={columnUnder}
      accessibility={{
        announcements,
        screenReaderInstructions: {
          draggable: 'Press Space to pick the card up, the left and right arrow keys to move it, Space to drop it, Escape to cancel.',
        },
      }}
      onDragStart={({ active }) => setDraggedId(String(active.id))}
      onDragCancel={() => setDraggedId(undefined)}
      onDragEnd={drop}
    >
      <div className="board" role="list" aria-label="Board by status" data-dragging={dragged !== undefined}>
        {columns.map((status) => (
          <BoardColumn key={status} status={status} cards={cardsOf(chunks, status)} />
        ))}
      </div>
      <DragOverlay dropAnimation={null}>{dragged && <CardFace chunk={dragged} lifted />}</DragOverlay>
    </DndContext>
  );
}
