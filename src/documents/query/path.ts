import type { ScopeDatabase } from '../../storage/scope-database.js';
import { indexedFields, indexName } from '../field-indexes.js';
import type { Column } from './columns.js';
import { condition, type Condition } from './condition.js';
import type { OrderKey } from './order.js';
import type { Filter } from './where.js';

/** A way to the rows of a query: an index, with the condition that narrows it. */
interface Way {
  readonly index: string;
  readonly narrowed: readonly Condition[];
  /** Whether it brings the rows in the order of the page. */
  readonly ordered: boolean;
}

/** The index to use. */
export interface Path {
  readonly index: string;
  /** It holds only chunks that have a value for the first key of the order. */
  readonly needsHead: boolean;
}

/** So many rows are read and sorted in a few milliseconds; past it a way that brings them in order is better. */
export const FEW = 2000;

/**
 * Chooses the index for a query where more than one would do. SQLite would have to guess: it knows nothing
 * of how many rows have which value, as statistics would be stale in a file that changes all the time. We
 * count, up to a limit: a way with few rows is taken and its rows sorted, else one that needs no sort.
 *
 * @param few how many rows are rather sorted.
 * @returns undefined where SQLite has no choice to make.
 */
export function choosePath(db: ScopeDatabase, documentId: string | undefined, filters: readonly Filter[], keys: readonly OrderKey[], few: number): Path | undefined {
  const fields = indexedFields(db);
  const byDefault = keys[0]!.sql === 'document_id';
  const head = byDefault ? 'chunks_by_parent' : indexOf(keys[0]!.sql, fields);
  const ways = waysOf(filters, fields).map((way): Way => ({ ...way, ordered: way.index === head || (byDefault && way.single) }));
  if (documentId !== undefined) {
    ways.push({ index: 'chunks_by_parent', narrowed: [condition('document_id = ?', documentId)], ordered: byDefault });
  }
  const walk = head === undefined || ways.some(({ index }) => index === head) ? undefined : head;
  if (ways.length + (walk === undefined ? 0 : 1) < 2) return undefined;
  const counted = ways.map((way) => ({ way, rows: countUpTo(db, way, few + 1) })).sort((a, b) => a.rows - b.rows);
  const smallest = counted[0]!.rows <= few ? counted[0]!.way : undefined;
  const index = (smallest ?? ways.find(({ ordered }) => ordered))?.index ?? walk;
  return index === undefined ? undefined : { index, needsHead: index === walk && !byDefault };
}

/** The tests of each indexed column that need a value, one way for each. */
function waysOf(filters: readonly Filter[], fields: ReadonlySet<string>): (Omit<Way, 'ordered'> & { single: boolean })[] {
  const ways = new Map<string, { index: string; narrowed: Condition[]; single: boolean }>();
  for (const { column, condition, single, needsValue } of filters) {
    const index = needsValue ? indexOf(column.sql, fields) : undefined;
    if (index === undefined) continue;
    const way = ways.get(index) ?? { index, narrowed: [], single: false };
    way.narrowed.push(condition);
    way.single ||= single;
    ways.set(index, way);
  }
  return [...ways.values()];
}

function indexOf(sql: Column['sql'], fields: ReadonlySet<string>): string | undefined {
  if (sql === 'type' || sql === 'status') return `chunks_by_${sql}`;
  const field = /^fields->>'(.*)'$/.exec(sql)?.[1];
  return field !== undefined && fields.has(field) ? indexName(field) : undefined;
}

function countUpTo(db: ScopeDatabase, { index, narrowed }: Way, most: number): number {
  const where = narrowed.map(({ sql }) => sql).join(' AND ');
  const params = narrowed.flatMap(({ params }) => params);
  const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM chunks INDEXED BY ${index} WHERE ${where} LIMIT ${most})`;
  return [...db.once<{ n: number }>(sql, params)][0]!.n;
}
