import { Refusal } from '../../errors.js';
import type { Transaction } from '../../scope/transaction.js';
import type { ScopeDatabase } from '../../storage/scope-database.js';
import { decodeCursor, encodeCursor, fingerprint } from '../cursor.js';
import { allOf, type Condition } from '../query/condition.js';
import { tagged, underPath } from '../query/query.js';
import type { ChunkRow } from '../rows.js';
import { documentPath } from '../under-path.js';
import { facetWords } from './facets.js';
import { catchUp, fieldText } from './keeper.js';
import { parseQuery, phrasesOf, toFts5, type Phrase, type Query } from './language.js';
import { beginningOf, snippetOf } from './snippet.js';

export interface SearchQuery {
  query: string;
  document_id?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
  tag?: string | undefined;
  under_path?: string | undefined;
}

export interface Hit {
  id: string;
  document_id: string;
  document_title: string;
  path?: string;
  title: string;
  /** Titles from the root of the document down to the parent of the chunk. */
  trail: string[];
  type?: string;
  status?: string;
  revision: number;
  /** Where the words stand, each hit between the marks of `snippet.ts`. */
  snippet: string;
  /** The higher, the better; comparable within one query. */
  score: number;
}

export interface SearchPage {
  hits: Hit[];
  next_cursor?: string;
  /** There where the newest changes are still being indexed and may be missing. */
  indexing?: true;
}

/** Most chunks that one search indexes before it answers: about half a second of work. */
const MOST_CAUGHT_UP = 4000;
/** How much a word counts in the title, the body, the fields; facets do not. */
const BM25 = 'bm25(loom_search, 10.0, 1.0, 2.0, 0.0)';
const CHUNK = `SELECT c.*, d.title AS document_title FROM loom_search_chunks s
  JOIN chunks c ON c.id = s.chunk_id JOIN documents d ON d.id = c.document_id WHERE s.row = ?`;
const PARENT = 'SELECT title, parent_id FROM chunks WHERE id = ?';

interface Match {
  row: number;
  score: number;
}

/**
 * The chunks with the words of a query in title, body or fields, best first. The first page sees all that
 * was written before it; further pages see the index as it stands, so that they go on where the page before
 * ended.
 *
 * @throws Refusal `invalid_input` for a cursor of another query.
 */
export function search(tx: Transaction, query: SearchQuery, limit: number, cursor: string | undefined): SearchPage {
  const print = fingerprint(query);
  const place = cursor === undefined ? undefined : placeOf(print, cursor);
  const filters = filtersOf(tx.db, query);
  const parsed = parseQuery(query.query);
  const complete = place !== undefined || catchUp(tx, MOST_CAUGHT_UP);
  const unfinished = complete ? {} : { indexing: true as const };
  if (!parsed) return { hits: [], ...unfinished };
  const matches = matchesOf(tx.db, matchText(parsed, query), filters, limit + 1, place);
  const page = matches.slice(0, limit);
  const last = page.at(-1);
  return {
    hits: hitsOf(tx.db, page, phrasesOf(parsed)),
    ...(matches.length > limit && last ? { next_cursor: encodeCursor(print, [last.score, last.row]) } : {}),
    ...unfinished,
  };
}

function placeOf(print: string, cursor: string): Match {
  const [score, row] = decodeCursor('search', print, cursor, 2);
  if (typeof score !== 'number' || typeof row !== 'number') {
    throw new Refusal('invalid_input', 'cursor is not one that search gave out: start without it', { cursor });
  }
  return { score, row };
}

function filtersOf(db: ScopeDatabase, { tag, under_path: path }: SearchQuery): Condition[] {
  return [
    ...(tag === undefined ? [] : [tagged('s.chunk_id', tag)]),
    ...(path === undefined ? [] : [underPath(db, 's.document_id', path)]),
  ];
}

/** The query for FTS5, narrowed by the filters that the index knows. */
function matchText(parsed: Query, query: SearchQuery): string {
  const facets = facetWords(query).map((word) => ` AND {facets} : "${word}"`);
  return `{title body fields} : (${toFts5(parsed)})${facets.join('')}`;
}

function matchesOf(db: ScopeDatabase, fts5: string, filters: readonly Condition[], limit: number, after: Match | undefined): Match[] {
  // Joined only where a filter needs it: a word that is everywhere has as many rows as there are chunks.
  const join = filters.length === 0 ? '' : 'CROSS JOIN loom_search_chunks s ON s.row = loom_search.rowid';
  const { sql, params } = allOf(filters);
  // Scores shift as chunks come and go: where the last hit stands now is what counts.
  const place = after ? 'WHERE (score, row) > (ifnull((SELECT score FROM hits WHERE row = ?), ?), ?)' : '';
  const text = `WITH hits AS MATERIALIZED (
      SELECT loom_search.rowid AS row, ${BM25} AS score FROM loom_search ${join} WHERE loom_search MATCH ? AND ${sql}
    ) SELECT row, score FROM hits ${place} ORDER BY score, row LIMIT ?`;
  return [...db.once<Match>(text, [fts5, ...params, ...(after ? [after.row, after.score, after.row] : []), limit])];
}

function hitsOf(db: ScopeDatabase, matches: readonly Match[], phrases: readonly Phrase[]): Hit[] {
  const paths = new Map<string, string | undefined>();
  return matches.flatMap(({ row, score }) => {
    // Gone since the page before was read.
    const chunk = db.get<ChunkRow & { document_title: string }>(CHUNK, row);
    if (!chunk) return [];
    const { id, document_id: documentId, title, type, status, revision } = chunk;
    if (!paths.has(documentId)) paths.set(documentId, documentPath(db, documentId));
    const path = paths.get(documentId);
    return [
      {
        id,
        document_id: documentId,
        document_title: chunk.document_title,
        ...(path === undefined ? {} : { path }),
        title,
        trail: trailOf(db, chunk.parent_id),
        ...(type === null ? {} : { type }),
        ...(status === null ? {} : { status }),
        revision,
        snippet: snippetOf(chunk.body, phrases) ?? snippetOf(fieldText(chunk.fields), phrases) ?? snippetOf(title, phrases) ?? beginningOf(chunk.body),
        score: -score,
      },
    ];
  });
}

function trailOf(db: ScopeDatabase, parentId: string | null): string[] {
  const trail: string[] = [];
  for (let at = parentId; at !== null; ) {
    const parent = db.get<{ title: string; parent_id: string | null }>(PARENT, at);
    if (!parent) break;
    trail.unshift(parent.title);
    at = parent.parent_id;
  }
  return trail;
}
