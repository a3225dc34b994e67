import type { ChunkRow, Fields } from './rows.js';

/** What of a chunk has a revision. */
export type Content = Pick<ChunkRow, 'parent_id' | 'position' | 'type' | 'status' | 'title' | 'fields' | 'body'>;

/** A part of a chunk in two revisions: `title`, `type`, `status`, `fields.<name>`, `body` or `place`. */
export interface Change {
  part: string;
  before: unknown;
  after: unknown;
}

const BODY = JSON.stringify(['body']);

/** `changedParts` as the audit holds them. */
export function changedText(before: Content, after: Content): string {
  const parts = changedParts(before, after);
  return parts.length === 1 && parts[0] === 'body' ? BODY : JSON.stringify(parts);
}

/** Names of the parts in which two revisions of a chunk differ. */
function changedParts(before: Content, after: Content): string[] {
  const parts: string[] = [];
  if (before.title !== after.title) parts.push('title');
  if (before.type !== after.type) parts.push('type');
  if (before.status !== after.status) parts.push('status');
  if (before.fields !== after.fields) parts.push(...changedFields(before, after).map(({ part }) => part));
  if (before.body !== after.body) parts.push('body');
  if (before.parent_id !== after.parent_id || before.position !== after.position) parts.push('place');
  return parts;
}

/** The same with what stood and what stands there, null for nothing; without the body. */
export function changesOf(before: Content, after: Content): Change[] {
  return [
    ...(['title', 'type', 'status'] as const).map((part) => ({ part, before: before[part], after: after[part] })),
    ...changedFields(before, after),
    { part: 'place', before: placeOf(before), after: placeOf(after) },
  ].filter((change) => !same(change.before, change.after));
}

function changedFields(before: Content, after: Content): Change[] {
  const old = JSON.parse(before.fields) as Fields;
  const now = JSON.parse(after.fields) as Fields;
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((name) => ({ part: `fields.${name}`, before: old[name] ?? null, after: now[name] ?? null }))
    .filter((change) => !same(change.before, change.after));
}

function placeOf({ parent_id, position }: Content): { parent_id: string | null; position: number } {
  return { parent_id, position };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
