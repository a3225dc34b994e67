import { isDeepStrictEqual } from 'node:util';
import type { ChunkPatch } from '../chunks.js';
import { normalizeLines, normalizeTitle } from '../markdown/index.js';
import type { ChunkRow, Fields } from '../rows.js';
import type { Said } from './match.js';

type Content = Pick<ChunkRow, 'title' | 'type' | 'status' | 'fields' | 'body'>;

/** The smallest patch that makes a chunk what a text says of it; undefined where it is that already. */
export function difference(chunk: Content, said: Said): ChunkPatch | undefined {
  const patch: ChunkPatch = {};
  if (said.title !== undefined && said.title !== normalizeTitle(chunk.title)) patch.title = said.title;
  if (said.body !== normalizeLines(chunk.body)) patch.body = said.body;
  if (said.type !== undefined && said.type !== (chunk.type || null)) patch.type = said.type;
  if (said.status !== undefined && said.status !== (chunk.status || null)) patch.status = said.status;
  const fields = said.fields && fieldsPatch(JSON.parse(chunk.fields) as Fields, said.fields);
  if (fields !== undefined) patch.fields = fields;
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** The keys that differ; null where a key goes. */
function fieldsPatch(before: Fields, after: Fields): Fields | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const valueIn = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : null);
  const changed = [...names].filter((name) => !isDeepStrictEqual(valueIn(before, name), valueIn(after, name)));
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((name) => [name, valueIn(after, name)]));
}

/** Whether two states of a chunk hold the same. */
export function sameContent(a: Content, b: Content): boolean {
  return (
    a.title === b.title && a.body === b.body && a.type === b.type && a.status === b.status && a.fields === b.fields
  );
}
