import { z } from 'zod';
import { Refusal } from '../../errors.js';
import { appendDedupe, boundedList, increment, mergeValue, setValue } from '../../memory/changes.js';
import { deleteEntry, entryOf, entryWire, usageOf } from '../../memory/entries.js';
import { keyAt, nameEntry, requireNameable } from '../../memory/naming.js';
import { listEntries, searchEntries } from '../../memory/reading.js';
import { input } from '../input.js';
import { scopeOperation, type Operation, type ScopeOperation } from '../operation.js';
import { path } from '../path/shapes.js';
import { entryOut, expiresAt, ifRevision, key, prefix, revision, ttl } from './shapes.js';

type Spec<Input extends z.ZodObject> = Parameters<typeof scopeOperation<Input>>[2];

/** An operation of the tool `memory` on entries of a scope (reference: tools 4). */
function memoryOperation<Input extends z.ZodObject>(spec: Spec<Input>): ScopeOperation {
  return scopeOperation('memory', spec.readOnly ? 'memory:read' : 'memory:write', spec);
}

const MAX_LIST = 1000;
const LIST = 100;
const MAX_HITS = 50;
const HITS = 10;

export const memoryOperations: readonly Operation[] = [
  memoryOperation({
    op: 'get',
    summary: 'Read the value of a key; null and revision 0 where there is none',
    readOnly: true,
    input: input('get', { key: key.optional(), path: path.optional().describe('Name of the entry in the tree of paths, instead of its key') }),
    output: z.object({ value: z.unknown(), expires_at: expiresAt, revision }),
    run: (tx, { key, path }) => {
      if ((key === undefined) === (path === undefined)) throw new Refusal('missing_field', 'get: either key or path is needed, and not both');
      const row = entryOf(tx, key ?? keyAt(tx, path!));
      if (!row) return { value: null, expires_at: null, revision: 0 };
      const { value, expires_at, revision } = entryWire(row);
      return { value, expires_at, revision };
    },
  }),
  memoryOperation({
    op: 'set',
    summary: 'Write a JSON value under a key, whatever was there; with if_revision only if it is still what you read',
    input: input('set', {
      key,
      value: z.unknown().describe('Any JSON'),
      ttl,
      if_revision: ifRevision,
      path: path.optional().describe('A name for the entry in the tree of paths'),
      embed: z.boolean().optional().describe('false only: there are no embeddings, search finds words'),
    }),
    output: z.object({ ok: z.literal(true), revision, path: z.string().optional() }),
    run: (tx, { key, value, ttl, if_revision, path, embed }) => {
      if (embed) {
        throw new Refusal('capability_unsupported', 'set: there are no embeddings here: leave embed out, search finds every entry by its words');
      }
      if (path !== undefined) requireNameable(tx, path, key);
      const revision = setValue(tx, key, value, { ifRevision: if_revision, ttl });
      return { ok: true, revision, ...(path === undefined ? {} : { path: nameEntry(tx, path, key) }) };
    },
  }),
  memoryOperation({
    op: 'delete',
    idempotent: true,
    summary: 'Delete a key',
    destructive: true,
    input: input('delete', { key, if_revision: ifRevision }),
    output: z.object({ deleted: z.boolean() }),
    run: (tx, { key, if_revision }) => ({ deleted: deleteEntry(tx, key, if_revision) }),
  }),
  memoryOperation({
    op: 'list',
    summary: 'List entries in order of their keys, all or those whose keys begin with a prefix',
    readOnly: true,
    input: input('list', {
      prefix,
      limit: z.int().min(1).max(MAX_LIST).optional().describe(`Page size, default ${LIST}`),
      cursor: z.string().optional().describe('next_cursor of the page before'),
    }),
    output: z.object({ entries: z.array(entryOut), truncated: z.boolean(), next_cursor: z.string().optional() }),
    run: (tx, { prefix = '', limit = LIST, cursor }) => {
      const rows = listEntries(tx, prefix, cursor === undefined ? '' : keyOf(cursor), limit + 1);
      const entries = rows.slice(0, limit);
      const truncated = rows.length > limit;
      return { entries, truncated, ...(truncated ? { next_cursor: cursorOf(entries.at(-1)!.key) } : {}) };
    },
  }),
  memoryOperation({
    op: 'search',
    summary: 'Find entries by words of their keys and values, the best first: all words, "a phrase", begin*, a OR b, a NOT b',
    readOnly: true,
    input: input('search', {
      query: z.string().min(1).max(1000),
      prefix,
      top_k: z.int().min(1).max(MAX_HITS).optional().describe(`Page size, default ${HITS}`),
      limit: z.int().min(1).max(MAX_HITS).optional().describe('The same as top_k'),
      cursor: z.string().regex(/^\d{1,9}$/, 'is not one that search gave out').optional().describe('next_cursor of the page before'),
    }),
    output: z.object({
      entries: z.array(entryOut.extend({ score: z.number() })),
      truncated: z.boolean(),
      next_cursor: z.string().optional(),
    }),
    run: (tx, { query, prefix = '', top_k, limit = top_k ?? HITS, cursor = '0' }) => {
      const hits = searchEntries(tx, query, prefix, Number(cursor), limit + 1);
      const truncated = hits.length > limit;
      return {
        entries: hits.slice(0, limit),
        truncated,
        ...(truncated ? { next_cursor: String(Number(cursor) + limit) } : {}),
      };
    },
  }),
  memoryOperation({
    op: 'incr',
    summary: 'Add to a number; a key that is not there begins at 0',
    input: input('incr', { key, delta: z.number().optional().describe('Default 1'), ttl, if_revision: ifRevision }),
    output: z.object({ value: z.number(), revision }),
    run: (tx, { key, delta = 1, ttl, if_revision }) => increment(tx, key, delta, { ttl, ifRevision: if_revision }),
  }),
  memoryOperation({
    op: 'merge',
    summary: 'Merge an object into an object, key by key at every depth; null removes a key (RFC 7396)',
    input: input('merge', { key, value: z.record(z.string(), z.unknown()), if_revision: ifRevision }),
    output: z.object({ value: z.unknown(), revision }),
    run: (tx, { key, value, if_revision }) => mergeValue(tx, key, value, { ifRevision: if_revision }),
  }),
  memoryOperation({
    op: 'append_dedupe',
    idempotent: true,
    summary: 'Append a value to a list that does not hold it yet',
    input: input('append_dedupe', { key, value: z.unknown().describe('Any JSON'), if_revision: ifRevision }),
    output: z.object({ appended: z.boolean(), value: z.array(z.unknown()), revision }),
    run: (tx, { key, value, if_revision }) => appendDedupe(tx, key, value, { ifRevision: if_revision }),
  }),
  memoryOperation({
    op: 'bounded_list',
    summary: 'Append a value to a list and drop the oldest beyond the limit',
    input: input('bounded_list', {
      key,
      value: z.unknown().describe('Any JSON'),
      limit: z.int().min(1).max(10_000).describe('Most values that the list keeps'),
      if_revision: ifRevision,
    }),
    output: z.object({ dropped: z.int(), value: z.array(z.unknown()), revision }),
    run: (tx, { key, value, limit, if_revision }) => boundedList(tx, key, value, limit, { ifRevision: if_revision }),
  }),
  scopeOperation('_memory', 'memory:read', {
    op: 'usage',
    summary: 'Tell how much memory a scope holds',
    readOnly: true,
    internal: true,
    input: z.strictObject({ op: z.literal('usage') }),
    output: z.object({ bytes: z.int(), entries: z.int(), updated_at: z.number() }),
    run: (tx) => usageOf(tx.db),
  }),
];

function cursorOf(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

function keyOf(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (cursorOf(key) === cursor) return key;
  throw new Refusal('invalid_input', 'cursor is not one that list gave out: start without it', { cursor });
}
