import type { ChunkSummary, TypeDef } from '../api/types.js';

const CLOSED = new Set(['posted', 'published', 'done', 'skipped', 'cancelled', 'archived']);

/** The chunk's `date` field, YYYY-MM-DD. */
export function dateOf({ fields }: ChunkSummary): string | undefined {
  const date = fields?.date;
  return typeof date === 'string' && date !== '' ? date : undefined;
}

/** Whether there is still something to do: it has a status, and none that ends the work. */
export const isOpen = ({ status }: ChunkSummary): boolean => Boolean(status) && !CLOSED.has((status ?? '').toLowerCase());

/** `today` is YYYY-MM-DD. */
export function isLate(chunk: ChunkSummary, today: string): boolean {
  const date = dateOf(chunk);
  return date !== undefined && date < today && isOpen(chunk);
}

/** The values that a type admits as status, or undefined where it has no such field. */
export function statusValues(type: TypeDef | undefined): readonly string[] | undefined {
  const field = type?.fields.find(({ name }) => name === 'status');
  return field?.type === 'enum' ? field.values : undefined;
}

/** The board's columns: the types' statuses in their order, then any others in use. */
export function columnsOf(types: readonly TypeDef[], chunks: readonly ChunkSummary[]): string[] {
  const columns = new Set(types.flatMap((type) => statusValues(type) ?? []));
  for (const { status } of chunks) if (status) columns.add(status);
  return [...columns];
}

/** A column's cards: by date, those without one last, else in the order of their titles. */
export function cardsOf(chunks: readonly ChunkSummary[], status: string): ChunkSummary[] {
  const key = (chunk: ChunkSummary): string => `${dateOf(chunk) ?? '9999'} ${chunk.title}`;
  return chunks.filter((chunk) => chunk.status === status).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
