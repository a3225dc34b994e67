import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { ancestryOf } from './ancestry.js';
import { documentById } from './rows.js';

/** Longest body of a chunk, in bytes of UTF-8. */
export const MAX_BODY = 1024 * 1024;
export const MAX_TITLE = 1000;
/** Longest name of a type, a status or a field. */
export const MAX_LABEL = 64;
/** Most chunks of a document, its root among them. */
export const MAX_CHUNKS = 100_000;
/** Deepest level of a document; its root is at 0. */
export const MAX_DEPTH = 64;

/** @throws Refusal `too_large` naming what is too long: for chunks that come out of a text, not out of a call. */
export function requireLimits(chunk: {
  title: string;
  type?: string | undefined;
  status?: string | undefined;
  body: string;
  fields?: Record<string, unknown> | undefined;
}): void {
  const lengths: [string, number, number][] = [
    ['title', chunk.title.length, MAX_TITLE],
    ['type', chunk.type?.length ?? 0, MAX_LABEL],
    ['status', chunk.status?.length ?? 0, MAX_LABEL],
    ...Object.keys(chunk.fields ?? {}).map((name): [string, number, number] => ['name of a field', name.length, MAX_LABEL]),
  ];
  for (const [what, actual, limit] of lengths) {
    if (actual <= limit) continue;
    const title = chunk.title.slice(0, 80);
    throw new Refusal('too_large', `the ${what} of the chunk "${title}" has ${actual} characters, at most ${limit} are allowed`, {
      what,
      actual,
      limit,
      title,
    });
  }
  requireBody(chunk.body, chunk.title);
}

/** @throws Refusal `too_large` */
export function requireBody(body: string, title: string): void {
  // A UTF-16 code unit makes at most three bytes: what is short needs no measuring.
  if (body.length * 3 <= MAX_BODY) return;
  const actual = Buffer.byteLength(body, 'utf8');
  if (actual <= MAX_BODY) return;
  const where = title.slice(0, 80);
  throw new Refusal(
    'too_large',
    `the body of the chunk "${where}" has ${actual} bytes in UTF-8, at most ${MAX_BODY} are allowed: split it into several chunks`,
    { what: 'body', actual, limit: MAX_BODY, title: where },
  );
}

/**
 * Makes sure that a tree of chunks fits below a chunk, before any of it is written.
 *
 * @param documentId undefined for a new document, whose root is then one of the `chunks`.
 * @param parentId undefined for the root of the document.
 * @param added `height` is the number of levels that the chunks add below the parent: 1 for one chunk.
 * @throws Refusal `too_large` or `too_deep`, naming limit and actual.
 */
export function requireRoom(
  db: ScopeDatabase,
  documentId: string | undefined,
  parentId: string | undefined,
  added: { chunks: number; height: number },
): void {
  const document = documentId === undefined ? undefined : documentById(db, documentId);
  requireChunkCount(documentId, (document?.chunk_count ?? 0) + added.chunks);
  const parentDepth = document ? ancestryOf(db, parentId ?? document.root_chunk_id).length - 1 : -1;
  requireDepth(parentDepth + added.height);
}

/** @throws Refusal `too_large` */
export function requireChunkCount(documentId: string | undefined, chunks: number): void {
  if (chunks <= MAX_CHUNKS) return;
  throw new Refusal('too_large', `the document would have ${chunks} chunks, at most ${MAX_CHUNKS} are allowed: begin another document`, {
    what: 'document',
    actual: chunks,
    limit: MAX_CHUNKS,
    document_id: documentId ?? null,
  });
}

/** @throws Refusal `too_deep` */
export function requireDepth(depth: number): void {
  if (depth <= MAX_DEPTH) return;
  throw new Refusal('too_deep', `the deepest chunk would be at depth ${depth}, at most ${MAX_DEPTH} is allowed (the root is at 0)`, {
    what: 'depth',
    actual: depth,
    limit: MAX_DEPTH,
  });
}
