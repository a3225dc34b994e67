import { z } from 'zod';
import { linkResource, makeDirectory, moveName, removeNames } from '../../paths/change.js';
import { listPath, resolvePath, statPath } from '../../paths/read.js';
import { resourceOf } from '../../paths/resources.js';
import { Refusal } from '../../errors.js';
import { input } from '../input.js';
import { scopeOperation, type Operation, type ScopeOperation } from '../operation.js';
import { anyRef, entryOut, kind, path, resolvedOut, resourceKind, statOut } from './shapes.js';

const MAX_PAGE = 1000;

type Spec<Input extends z.ZodObject> = Parameters<typeof scopeOperation<Input>>[2];

/** An operation of the tool `path`. */
function pathOperation<Input extends z.ZodObject>(spec: Spec<Input>): ScopeOperation {
  return scopeOperation('path', spec.readOnly ? 'documents:read' : 'documents:write', spec);
}

export const pathOperations: readonly Operation[] = [
  pathOperation({
    op: 'resolve',
    summary: 'Tell what a path names',
    readOnly: true,
    input: input('resolve', { path }),
    output: resolvedOut,
    run: (tx, { path }) => resolvePath(tx.db, path),
  }),
  pathOperation({
    op: 'ls',
    summary: 'List what is in a directory, a page at a time; with recursive, all that is below it',
    readOnly: true,
    input: input('ls', {
      path: path.optional().describe('Directory, default /'),
      recursive: z.boolean().optional().describe('ls: all below, as one flat list; rm: also what is below'),
      kind_filter: kind.optional().describe('Only entries of this kind'),
      limit: z.int().min(1).max(MAX_PAGE).optional().describe(`Page size, default ${MAX_PAGE}`),
      cursor: z.string().max(2048).optional().describe('next_cursor of the page before'),
    }),
    output: z.object({ path: z.string(), entries: z.array(entryOut), next_cursor: z.string().optional() }),
    run: (tx, { path = '/', recursive = false, kind_filter, limit = MAX_PAGE, cursor }) =>
      listPath(tx.db, { path, recursive, kind: kind_filter, limit, cursor }),
  }),
  pathOperation({
    op: 'stat',
    summary: 'Tell what a path names, since when, and by which other paths',
    readOnly: true,
    input: input('stat', { path }),
    output: statOut,
    run: (tx, { path, scope = 'user' }) => ({ ...statPath(tx.db, path), scope }),
  }),
  pathOperation({
    op: 'mkdir',
    idempotent: true,
    summary: 'Make a directory that stays when it is empty; directories above it need not be made',
    input: input('mkdir', { path }),
    output: z.object({ ok: z.literal(true), path: z.string(), created: z.boolean(), note: z.string().optional() }),
    run: (tx, { path }) => ({ ok: true, ...makeDirectory(tx, path) }),
  }),
  pathOperation({
    op: 'link',
    idempotent: true,
    summary: 'Give a document, chunk, memory entry, channel or web address a name; it may have several',
    input: input('link', { path, kind: resourceKind.describe('What is named'), ref: anyRef }),
    output: z.object({ ok: z.literal(true), path: z.string(), kind, resource_ref: anyRef, created: z.boolean() }),
    run: (tx, { path, kind, ref }) => {
      const resource = resourceOf(tx.db, kind, ref);
      return { ok: true, ...linkResource(tx, path, resource), kind, resource_ref: resource.ref };
    },
  }),
  pathOperation({
    op: 'mv',
    idempotent: true,
    summary: 'Move or rename what is at a path, with all below it, to a path that is free',
    input: input('mv', { path, to: path.describe('New path') }),
    output: z.object({ ok: z.literal(true), from: z.string(), to: z.string() }),
    run: (tx, { path, to }) => ({ ok: true, ...moveName(tx, path, to) }),
  }),
  pathOperation({
    op: 'rm',
    idempotent: true,
    summary: 'Remove names, never what they name; the last name of a document stays',
    destructive: true,
    input: input('rm', {
      path,
      recursive: z.boolean().optional(),
      resource_too: z.boolean().optional().describe('Always refused: delete the resource with its own tool'),
    }),
    output: z.object({ ok: z.literal(true), removed: z.string(), n_removed: z.int() }),
    run: (tx, { path, recursive = false, resource_too = false }) => {
      if (resource_too) {
        throw new Refusal('invalid_input', 'rm: resource_too is not supported: delete the resource with its own tool, its names go with it');
      }
      return { ok: true, ...removeNames(tx, path, recursive) };
    },
  }),
];
