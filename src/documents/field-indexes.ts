import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import type { FieldDefinition } from './field-types.js';
import { fieldSql } from './query/columns.js';

// A field that a type defines has an index of its own, so that filters and orders by it stay fast in a
// large scope. It carries what the order goes on by, document, parent and position: a page of 50 then
// reads 50 rows, however many chunks share the value. It holds only chunks that have the field, whatever
// their type, as queries need not name one.
//
// What it costs: a write that changes `fields` rewrites the chunk's entry in the index of each field that
// it has. A write that changes none, as most do, leaves `fields` out of its UPDATE and pays nothing. That
// is why every defined field gets one unless its definition says `indexed: false`, and why there is a
// limit for a scope.

/** Most indexed fields of a scope. */
export const MAX_INDEXED = 16;

const PREFIX = 'chunks_field_';
const INDEXES = `SELECT name FROM sqlite_schema WHERE type = 'index' AND name GLOB '${PREFIX}*'`;
const DEFINITIONS = 'SELECT document_id, name, fields FROM chunk_types';
/** Kinds that are most asked for, first. */
const EAGER: readonly FieldDefinition['type'][] = ['enum', 'date', 'datetime'];

interface Definition {
  document_id: string;
  name: string;
  fields: string;
}

/** Names of fields differ in case, those of indexes do not. */
export function indexName(field: string): string {
  return PREFIX + Buffer.from(field, 'latin1').toString('hex');
}

/** The fields that have an index. */
export function indexedFields(db: ScopeDatabase): Set<string> {
  return new Set(
    db.all<{ name: string }>(INDEXES).map(({ name }) => Buffer.from(name.slice(PREFIX.length), 'hex').toString('latin1')),
  );
}

/**
 * Checks, before anything is written, that a type may be defined so.
 *
 * @throws Refusal `invalid_input` where more fields ask for an index than a scope can have.
 */
export function requireIndexable(db: ScopeDatabase, type: { document_id: string; name: string; fields: readonly FieldDefinition[] }): void {
  const others = db.all<Definition>(DEFINITIONS).filter(({ document_id, name }) => document_id !== type.document_id || name !== type.name);
  const asked = new Set(
    [...others.flatMap(fieldsOf), ...type.fields].filter(({ indexed }) => indexed === true).map(({ name }) => name),
  );
  if (asked.size <= MAX_INDEXED) return;
  throw new Refusal('invalid_input', `a scope can have ${MAX_INDEXED} fields with "indexed": true, this makes ${asked.size}: leave it out of one`, {
    limit: MAX_INDEXED,
    fields: [...asked].sort(),
  });
}

/** Makes the indexes be those that the types of the scope call for. On 100,000 chunks one takes 0.2 to 0.6 s to make. */
export function syncFieldIndexes(tx: Transaction): void {
  const existing = indexedFields(tx.db);
  const wanted = wantedFields(tx.db.all<Definition>(DEFINITIONS).flatMap(fieldsOf), existing);
  for (const field of existing) {
    if (!wanted.has(field)) tx.db.define(`DROP INDEX ${indexName(field)}`);
  }
  for (const field of wanted) {
    if (existing.has(field)) continue;
    const sql = fieldSql(field);
    tx.db.define(`CREATE INDEX ${indexName(field)} ON chunks (${sql}, document_id, parent_id, position) WHERE ${sql} IS NOT NULL`);
  }
}

/** Those that ask for it go first, then those that have one, then by kind; one that no type wants indexed goes without. */
function wantedFields(definitions: readonly FieldDefinition[], existing: ReadonlySet<string>): Set<string> {
  const ranks = new Map<string, number>();
  for (const { name, type, indexed } of definitions) {
    if (indexed === false) continue;
    const rank = indexed === true ? 0 : existing.has(name) ? 1 : EAGER.includes(type) ? 2 : 3;
    ranks.set(name, Math.min(rank, ranks.get(name) ?? rank));
  }
  const ranked = [...ranks].sort(([a, rankA], [b, rankB]) => rankA - rankB || (a < b ? -1 : 1));
  return new Set(ranked.slice(0, MAX_INDEXED).map(([name]) => name));
}

function fieldsOf({ fields }: Definition): FieldDefinition[] {
  return JSON.parse(fields) as FieldDefinition[];
}
