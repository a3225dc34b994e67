import type { z } from 'zod';
import { chunkById, documentById } from '../documents/rows.js';
import { Refusal } from '../errors.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { REFS, type Ref, type ResourceKind } from './kinds.js';

/** A resource as it is named: by one text for lookups, and by what callers need to find it. */
export interface Resource {
  kind: ResourceKind;
  resource: string;
  ref: Ref;
}

/**
 * Checks that a ref fits its kind, and that the resource is there if it is one of the scope's own.
 * @throws Refusal `invalid_input`, `not_found`
 */
export function resourceOf(db: ScopeDatabase, kind: ResourceKind, ref: unknown): Resource {
  switch (kind) {
    case 'document': {
      const { document_id } = parseRef(kind, ref);
      documentById(db, document_id);
      return { kind, resource: document_id, ref: { document_id } };
    }
    case 'chunk': {
      const { chunk_id, document_id } = parseRef(kind, ref);
      const chunk = chunkById(db, chunk_id);
      if (document_id !== undefined && document_id !== chunk.document_id) {
        throw new Refusal('not_found', `chunk ${chunk_id} is not in document ${document_id}`, { chunk_id });
      }
      return { kind, resource: chunk_id, ref: { chunk_id, document_id: chunk.document_id } };
    }
    case 'memory_entry': {
      const own = parseRef(kind, ref);
      return { kind, resource: own.key, ref: own };
    }
    case 'channel': {
      const own = parseRef(kind, ref);
      return { kind, resource: `${own.scope}/${own.channel}`, ref: own };
    }
    case 'url': {
      const own = parseRef(kind, ref);
      return { kind, resource: own.url, ref: own };
    }
  }
}

function parseRef<K extends ResourceKind>(kind: K, ref: unknown): z.output<(typeof REFS)[K]> {
  const parsed = (REFS[kind] as z.ZodType).safeParse(ref);
  if (parsed.success) return parsed.data as z.output<(typeof REFS)[K]>;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: ['ref', ...path].join('.'), message }));
  const text = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new Refusal('invalid_input', `this is no ref of a ${kind}: ${text}`, { issues });
}
