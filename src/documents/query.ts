import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { chunkHead, type ChunkHead, type ChunkRow } from './rows.js';

/** Filters, all of which must hold. */
export interface ChunkQuery {
  document_id?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
  parent_id?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

const COLUMNS =
  'id, document_id, parent_id, position, type, status, title, created_at, updated_at, revision, fields';
const FILTERS = ['document_id', 'type', 'status', 'parent_id'] as const;
/** Total order of the pages; the root, which has no parent, comes first of its document. */
const ORDER = "document_id, ifnull(parent_id, ''), position, id";

export function queryChunks(db: ScopeDatabase, query: ChunkQuery): { chunks: ChunkHead[]; next_cursor?: string } {
  const where: string[] = [];
  const params: unknown[] = [];
  for (const column of FILTERS) {
    const value = query[column];
    if (value === undefined) continue;
    where.push(`${column} = ?`);
    params.push(value);
  }
  if (query.cursor !== undefined) {
    where.push(`(${ORDER}) > (?, ?, ?, ?)`);
    params.push(...decodeCursor(query.cursor));
  }
  const filter = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  const sql = `SELECT ${COLUMNS} FROM chunks ${filter} ORDER BY ${ORDER} LIMIT ?`;
  const rows = db.all<Omit<ChunkRow, 'body'>>(sql, ...params, query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    chunks: page.map(chunkHead),
    ...(rows.length > page.length && last ? { next_cursor: encodeCursor(last) } : {}),
  };
}

function encodeCursor(row: Omit<ChunkRow, 'body'>): string {
  return Buffer.from(JSON.stringify([row.document_id, row.parent_id ?? '', row.position, row.id])).toString('base64url');
}

function decodeCursor(cursor: string): unknown[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === 4 && key.every((part) => ['string', 'number'].includes(typeof part))) {
      return key as unknown[];
    }
  } catch {
    // Falls through to the refusal: whatever is wrong with it, the caller has to start anew.
  }
  throw new Refusal('invalid_input', 'cursor is not one that query_chunks gave out: start without it', { cursor });
}
