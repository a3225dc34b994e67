import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { chunksTopic, TYPES_TOPIC } from './events.js';
import { requireIndexable, syncFieldIndexes } from './field-indexes.js';
import { requireValid, withDefaults, type FieldDefinition } from './field-types.js';
import { documentById, type Fields } from './rows.js';

interface TypeRow {
  document_id: string;
  name: string;
  fields: string;
  revision: number;
}

/** A chunk type; `document_id` is "" where it holds in the whole scope. */
export interface ChunkType {
  name: string;
  document_id: string;
  fields: FieldDefinition[];
  /** 1 when it is first defined, one more with each redefinition. */
  revision: number;
}

const DEFINE = `INSERT INTO chunk_types (document_id, name, fields, created_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (document_id, name) DO UPDATE SET fields = excluded.fields, revision = revision + 1`;
const GET = 'SELECT document_id, name, fields, revision FROM chunk_types WHERE document_id = ? AND name = ?';
const FIND = `SELECT document_id, name, fields, revision FROM chunk_types
  WHERE name = ? AND document_id IN (?, '') ORDER BY document_id DESC LIMIT 1`;
const LIST = `SELECT document_id, name, fields, revision FROM chunk_types
  WHERE document_id IN (?, '') ORDER BY name, document_id`;

/**
 * @param revision of the type that is there, where the caller wants it checked.
 * @returns the new revision.
 */
export function defineType(
  tx: Transaction,
  name: string,
  documentId: string,
  fields: FieldDefinition[],
  revision: number | undefined,
): number {
  if (documentId !== '') documentById(tx.db, documentId);
  const seen = new Set<string>();
  for (const field of fields) {
    if (seen.has(field.name)) {
      throw new Refusal('invalid_input', `type "${name}" names the field "${field.name}" twice`, { field: field.name });
    }
    seen.add(field.name);
  }
  const row = tx.db.get<TypeRow>(GET, documentId, name);
  if (revision !== undefined) requireTypeRevision(name, row && toType(row), revision);
  requireIndexable(tx.db, { document_id: documentId, name, fields });
  const next = (row?.revision ?? 0) + 1;
  tx.db.run(DEFINE, documentId, name, JSON.stringify(fields), tx.at);
  syncFieldIndexes(tx);
  tx.audit('define_type', { documentId: documentId === '' ? null : documentId, revision: next });
  tx.publish(documentId === '' ? TYPES_TOPIC : chunksTopic(documentId), {
    op: 'define_type',
    document_id: documentId,
    type: name,
    revision: next,
  });
  return next;
}

function requireTypeRevision(name: string, type: ChunkType | undefined, revision: number): void {
  if (!type) throw new Refusal('not_found', `type "${name}" is not defined here: leave revision out to define it`, { name });
  if (type.revision === revision) return;
  throw new Refusal(
    'revision_conflict',
    `revision conflict on type "${name}": you sent ${revision}, the current revision is ${type.revision}; ` +
      'take the current type from data.current, apply your change to it and send it with its revision',
    { current_revision: type.revision, current: type },
  );
}

/** The types that hold in a document: its own and those of the scope. `""` lists the scope's alone. */
export function listTypes(db: ScopeDatabase, documentId: string): ChunkType[] {
  return db.all<TypeRow>(LIST, documentId).map(toType);
}

function findType(db: ScopeDatabase, name: string | null, documentId: string): ChunkType | undefined {
  if (name === null) return undefined;
  const row = db.get<TypeRow>(FIND, name, documentId);
  return row && toType(row);
}

function toType(row: TypeRow): ChunkType {
  const { name, document_id, fields, revision } = row;
  return { name, document_id, fields: JSON.parse(fields) as FieldDefinition[], revision };
}

/** What a write wants a chunk to hold. `undefined` is «not said», null is «nothing». */
export interface TypedContent {
  type: string | null;
  status: string | null | undefined;
  /** The whole fields, after merging. */
  fields: Fields;
  /** Whether the write itself named the field `status`. */
  namesStatusField: boolean;
}

/**
 * Applies the chunk's type: defaults of a new chunk, the unity of chunk status and field `status`,
 * and validation. A type that nobody defined constrains nothing.
 *
 * @throws Refusal `invalid_field`
 */
export function applyType(
  db: ScopeDatabase,
  documentId: string,
  content: TypedContent,
  before: { status: string | null } | undefined,
): { status: string | null; fields: Fields } {
  const said = content.status;
  const kept = said === undefined ? (before?.status ?? null) : said;
  const type = findType(db, content.type, documentId);
  if (!type) return { status: kept, fields: content.fields };

  const oneStatus = type.fields.some((field) => field.name === 'status');
  let fields = content.fields;
  if (oneStatus) {
    const field = (fields.status ?? null) as string | null;
    if (said !== undefined && content.namesStatusField && said !== field) {
      throw new Refusal(
        'invalid_field',
        `field "status" of type "${type.name}" and the chunk's status are one value, got ` +
          `${JSON.stringify(field)} and ${JSON.stringify(said)}: send one of them, or both alike`,
        { type: type.name, field: 'status', rule: 'is the chunk status', value: field, status: said },
      );
    }
    fields = withStatus(fields, content.namesStatusField ? field : said === undefined ? (field ?? kept) : said);
  }
  if (!before) fields = withDefaults(type.fields, fields);
  requireValid(type.name, type.fields, fields);
  return { status: oneStatus ? ((fields.status as string | undefined) ?? null) : kept, fields };
}

function withStatus(fields: Fields, status: string | null): Fields {
  const { status: _old, ...rest } = fields;
  return status === null ? rest : { ...rest, status };
}
