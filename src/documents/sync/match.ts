import { Refusal } from '../../errors.js';
import { withoutNulls } from '../chunks.js';
import type { DocumentTree } from '../document-tree.js';
import { newId } from '../ids.js';
import { PREAMBLE_TYPE, UNTITLED, type MarkdownChunk } from '../markdown/index.js';
import type { ChunkRow, Fields } from '../rows.js';

/** What a text says of a chunk; a key that is absent is not said. */
export interface Said {
  title?: string;
  type?: string | null;
  status?: string | null;
  fields?: Fields;
  body: string;
}

/** A chunk of a text beside the one of the document that it is. */
export interface TextChunk {
  /** Of the chunk that it is, or will be. */
  id: string;
  /** Undefined for a chunk that the document does not have. */
  row: ChunkRow | undefined;
  chunk: MarkdownChunk;
  said: Said;
  children: TextChunk[];
}

/**
 * Finds for each chunk of a text the chunk of the document that it is, and lists them in reading order.
 * The roots are each other's. A text with ids goes by them; one without any goes by heading path: below a
 * parent that was found, by title and body, then by title, then, for a new title, by body.
 *
 * @throws Refusal `root_chunk` where the text has the root elsewhere than at its beginning.
 */
export function matchText(text: MarkdownChunk, document: DocumentTree, title: string | undefined): TextChunk[] {
  const all: TextChunk[] = [];
  const root = toTextChunks(text, all);
  requireRootFirst(all, document);
  claim(root, document.root);
  if (all.some(({ chunk }) => chunk.id !== undefined)) matchById(all, document);
  else for (const parent of all) matchChildren(parent, document);
  for (const each of all) each.said = saidBy(each);
  if (title !== undefined) root.said.title = title;
  else if (text.id === undefined && text.title === UNTITLED) delete root.said.title;
  return all;
}

function toTextChunks(text: MarkdownChunk, all: TextChunk[]): TextChunk {
  const root = unmatched(text);
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    all.push(next);
    next.children = next.chunk.children.map(unmatched);
    for (const child of next.children.toReversed()) pending.push(child);
  }
  return root;
}

function unmatched(chunk: MarkdownChunk): TextChunk {
  return { id: '', row: undefined, chunk, said: { body: chunk.body }, children: [] };
}

function claim(text: TextChunk, row: ChunkRow): void {
  text.row = row;
  text.id = row.id;
}

function requireRootFirst(all: readonly TextChunk[], { root, rows }: DocumentTree): void {
  const [first, ...rest] = all;
  const firstId = first?.chunk.id;
  const another = firstId !== undefined && firstId !== root.id && rows.has(firstId);
  // Of a root that is copied further down the first counts.
  const below = firstId !== root.id && rest.some(({ chunk }) => chunk.id === root.id);
  if (!another && !below) return;
  throw new Refusal(
    'root_chunk',
    `the text must begin with the root of the document: put the heading with the id ${root.id} first again`,
    { id: root.id },
  );
}

function matchById(all: readonly TextChunk[], { rows, root }: DocumentTree): void {
  const claimed = new Set([root.id]);
  for (const text of all) {
    if (text.row !== undefined) continue;
    const row = text.chunk.id === undefined ? undefined : rows.get(text.chunk.id);
    if (row === undefined || claimed.has(row.id)) text.id = newId();
    else {
      claimed.add(row.id);
      claim(text, row);
    }
  }
}

type Key = (content: { title: string; body: string }) => string | undefined;

const KEYS: readonly Key[] = [
  ({ title, body }) => JSON.stringify([title, body]),
  ({ title }) => title,
  ({ body }) => (body === '' ? undefined : body),
];

function matchChildren(parent: TextChunk, { children }: DocumentTree): void {
  let rows = parent.row === undefined ? [] : [...(children.get(parent.row.id) ?? [])];
  let texts = parent.children;
  const [firstText] = texts;
  const [firstRow] = rows;
  // A preamble has no heading to go by, only its place.
  if (firstText?.chunk.type === PREAMBLE_TYPE && firstRow?.type === PREAMBLE_TYPE) {
    claim(firstText, firstRow);
    rows = rows.slice(1);
    texts = texts.slice(1);
  }
  for (const key of KEYS) {
    const byKey = new Map<string | undefined, ChunkRow[]>();
    for (const row of rows.toReversed()) {
      const alike = byKey.get(key(row));
      if (alike) alike.push(row);
      else byKey.set(key(row), [row]);
    }
    for (const text of texts) {
      const wanted = key(text.chunk);
      const row = wanted === undefined ? undefined : byKey.get(wanted)?.pop();
      if (row !== undefined) claim(text, row);
    }
    const found = new Set(texts.map((text) => text.row));
    rows = rows.filter((row) => !found.has(row));
    texts = texts.filter((text) => text.row === undefined);
  }
  for (const text of texts) text.id = newId();
}

/**
 * Of a chunk that the document has a comment with its id says all; any other comment says what it names, and
 * the rest stays.
 */
function saidBy({ chunk, row }: TextChunk): Said {
  const { id, title, type, status, fields, body } = chunk;
  const all = id !== undefined && row !== undefined;
  // A preamble without metadata has a title by chance only.
  const untitled = !all && type === PREAMBLE_TYPE && row?.type === PREAMBLE_TYPE;
  return {
    ...(!untitled && { title }),
    ...((all || type !== undefined) && { type: type || null }),
    ...((all || status !== undefined) && { status: status || null }),
    ...((all || fields !== undefined) && { fields: withoutNulls(fields ?? {}) }),
    body,
  };
}
