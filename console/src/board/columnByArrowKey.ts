import type { KeyboardCoordinateGetter } from '@dnd-kit/core';

/** Left and right carry a card to the column beside the one it is over. */
export const columnByArrowKey: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const step = event.code === 'ArrowRight' ? 1 : event.code === 'ArrowLeft' ? -1 : 0;
  const card = context.collisionRect;
  if (step === 0 || !card) return undefined;
  event.preventDefault();
  const columns = context.droppableContainers
    .getEnabled()
    .map(({ id }) => ({ id, rect: context.droppableRects.get(id) }))
    .sort((a, b) => (a.rect?.left ?? 0) - (b.rect?.left ?? 0));
  const here = columns.findIndex(({ id }) => id === context.over?.id);
  const target = columns[here + step]?.rect;
  if (!target) return undefined;
  const x = target.left + (target.width - card.width) / 2;
  return { x: currentCoordinates.x + x - card.left, y: currentCoordinates.y + target.top + 48 - card.top };
};
