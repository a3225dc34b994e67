import { fold } from '../links/fold.js';
import type { ScopeDatabase } from '../../storage/scope-database.js';
import { decodeCursor, encodeCursor, fingerprint, type CursorValue } from '../cursor.js';
import { chunkHead, type ChunkHead, type ChunkRow } from '../rows.js';
import { documentsUnder } from '../under-path.js';
import { bindable } from './columns.js';
import { allOf, condition, type Condition } from './condition.js';
import { orderKeys, orderSql, stretches, type OrderBy, type OrderKey, type Stretch } from './order.js';
import { choosePath, FEW, type Path } from './path.js';
import { filtersOf, type Filter, type Where } from './where.js';

/** Filters, all of which must hold; the order of the answer; the page. */
export interface ChunkQuery {
  document_id?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
  parent_id?: string | undefined;
  title?: string | undefined;
  tag?: string | undefined;
  under_path?: string | undefined;
  updated_after?: string | number | undefined;
  updated_before?: string | number | undefined;
  where?: Where | undefined;
  order?: readonly OrderBy[] | undefined;
}

export interface Page {
  limit: number;
  cursor?: string | undefined;
  includeBody?: boolean | undefined;
  /** See `choosePath`. */
  few?: number | undefined;
}

export interface ChunkPage {
  chunks: (ChunkHead & { body?: string })[];
  next_cursor?: string;
}

const COLUMNS = 'id, document_id, parent_id, position, type, status, title, created_at, updated_at, revision, fields';
const DOCUMENT_OF = 'SELECT document_id FROM chunks WHERE id = ?';
/** Characters of bodies after which a page ends early. */
const MOST_BODY = 8 * 1024 * 1024;

type Row = Omit<ChunkRow, 'body'> & { body?: string } & Record<`key${number}`, string | number | null>;

/**
 * One page of the chunks that pass all filters, ordered by `order` and then by document, parent and
 * position. Chunks without a value come last in either direction.
 *
 * @throws Refusal `invalid_input` for a filter or an order that makes no sense, and a cursor of another query.
 */
export function queryChunks(db: ScopeDatabase, query: ChunkQuery, page: Page): ChunkPage {
  const { order = [] } = query;
  const filters = filtersOfQuery(query);
  const keys = orderKeys(order, new Set(filters.filter(({ needsValue }) => needsValue).map(({ column }) => column.sql)));
  const print = fingerprint(query);
  const place = page.cursor === undefined ? undefined : decodeCursor('query_chunks', print, page.cursor, keys.length);
  const documentId = query.document_id ?? documentOf(db, query.parent_id);
  const where = [...structure(db, query, documentId), ...filters.map(({ condition }) => condition)];
  const path = choosePath(db, documentId, filters, keys, page.few ?? FEW);

  const chunks: ChunkPage['chunks'] = [];
  let last: Row | undefined;
  let bodies = 0;
  for (const row of rowsOf(db, { where, keys, stretches: stretches(keys, place), path, includeBody: page.includeBody === true, limit: page.limit + 1 })) {
    bodies += row.body?.length ?? 0;
    if (chunks.length === page.limit || (last && bodies > MOST_BODY)) {
      return { chunks, next_cursor: encodeCursor(print, placeOf(last!, keys)) };
    }
    chunks.push({ ...chunkHead(row), ...(row.body === undefined ? {} : { body: row.body }) });
    last = row;
  }
  return { chunks };
}

interface Reading {
  where: readonly Condition[];
  keys: readonly OrderKey[];
  stretches: readonly Stretch[];
  path: Path | undefined;
  includeBody: boolean;
  limit: number;
}

function* rowsOf(db: ScopeDatabase, { where, keys, stretches, path, includeBody, limit }: Reading): Generator<Row> {
  const columns = [COLUMNS, ...(includeBody ? ['body'] : []), ...keys.map(({ sql }, at) => `${sql} AS key${at}`)].join(', ');
  let left = limit;
  for (const stretch of stretches) {
    if (left === 0) return;
    const hint = path && (stretch.headHasValue || !path.needsHead) ? `INDEXED BY ${path.index}` : '';
    const { sql, params } = allOf([...where, stretch.where]);
    const text = `SELECT ${columns} FROM chunks ${hint} WHERE ${sql} ORDER BY ${orderSql(stretch.keys)} LIMIT ?`;
    for (const row of db.once<Row>(text, [...params, left])) {
      left -= 1;
      yield row;
    }
  }
}

function filtersOfQuery({ type, status, title, updated_after: after, updated_before: before, where = {} }: ChunkQuery): Filter[] {
  const said: Record<string, Where[string]> = {};
  // As in writes, "" is none.
  if (type !== undefined) said.type = type === '' ? null : type;
  if (status !== undefined) said.status = status === '' ? null : status;
  if (title !== undefined) said.title = title;
  const times = [
    ...(after === undefined ? [] : filtersOf({ updated_at: { gt: after } })),
    ...(before === undefined ? [] : filtersOf({ updated_at: { lt: before } })),
  ];
  return [...filtersOf(said), ...times, ...filtersOf(where)];
}

/** Filters by where a chunk stands and what it is tagged with. */
function structure(db: ScopeDatabase, query: ChunkQuery, documentId: string | undefined): Condition[] {
  return [
    ...(documentId === undefined ? [] : [condition('document_id = ?', documentId)]),
    ...(query.parent_id === undefined ? [] : [condition('parent_id = ?', query.parent_id)]),
    ...(query.under_path === undefined ? [] : [underPath(db, 'document_id', query.under_path)]),
    ...(query.tag === undefined ? [] : [tagged('id', query.tag)]),
  ];
}

/** Condition that the document with this id has a path or is below it. */
export function underPath(db: ScopeDatabase, id: string, path: string): Condition {
  return condition(`${id} IN (SELECT value FROM json_each(?))`, JSON.stringify(documentsUnder(db, path)));
}

/** Condition that the chunk with this id has the tag, whatever its case. */
export function tagged(id: string, tag: string): Condition {
  return condition(`${id} IN (SELECT chunk_id FROM chunk_tags WHERE folded = ?)`, fold(tag));
}

/** An index leads to the children of a parent only by way of the document. */
function documentOf(db: ScopeDatabase, parentId: string | undefined): string | undefined {
  return parentId === undefined ? undefined : db.get<{ document_id: string }>(DOCUMENT_OF, parentId)?.document_id;
}

function placeOf(row: Row, keys: readonly OrderKey[]): CursorValue[] {
  return keys.map((_, at) => {
    const value = row[`key${at}`]!;
    return typeof value === 'number' ? bindable(value) : value;
  });
}
