import { z } from 'zod';
import { input } from '../input.js';
import type { Operation } from '../operation.js';
import { sqlOperation } from './sql-operation.js';

const scope = z
  .enum(['user', 'agent', 'tenant', 'run'])
  .optional()
  .describe('Whose SQL memory: as for the other ops, and run for that of the run that makes the call');
const statement = z.string().min(1).max(64 * 1024);
const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const args = z
  .union([z.array(value).max(256), z.record(z.string(), value)])
  .optional()
  .describe('Values of the ? in order, or of the :names');
const timeoutMs = z.int().min(1).optional().describe('Ends the statement earlier than the deadline of the configuration');

const rows = { columns: z.array(z.string()), rows: z.array(z.array(z.unknown())), truncated: z.boolean() };
const depth = z.object({ ok: z.literal(true), depth: z.int().describe('Transactions that are open now, one in the other') });

/** Ops of the tool `memory` on the SQL memory of a scope (reference: tools 5). */
export const sqlMemoryOperations: readonly Operation[] = [
  sqlOperation('memory:read', {
    op: 'sql_query',
    summary: 'Read from the SQL memory with one SELECT, WITH, VALUES or EXPLAIN',
    readOnly: true,
    input: input('sql_query', { scope, statement, args, timeout_ms: timeoutMs }),
    output: z.object(rows),
    request: ({ statement, args, timeout_ms }) => ({ op: 'query', statement, args, timeoutMs: timeout_ms }),
  }),
  sqlOperation('memory:write', {
    op: 'sql_exec',
    summary: 'Change the SQL memory, a SQLite database of its own, with one CREATE, DROP, ALTER, INSERT, UPDATE, DELETE, REPLACE or WITH',
    destructive: true,
    input: input('sql_exec', { scope, statement, args, timeout_ms: timeoutMs }),
    output: z.object({
      rows_affected: z.int(),
      last_insert_id: z.union([z.number(), z.string()]),
      ...z.object(rows).partial().shape,
    }),
    request: ({ statement, args, timeout_ms }) => ({ op: 'exec', statement, args, timeoutMs: timeout_ms }),
  }),
  sqlOperation('memory:write', {
    op: 'sql_begin',
    summary: 'Begin a transaction on the SQL memory, or one within it; your later sql ops happen in it until sql_commit or sql_rollback',
    keyless: true,
    input: input('sql_begin', { scope }),
    output: depth,
    request: () => ({ op: 'begin' }),
  }),
  sqlOperation('memory:write', {
    op: 'sql_commit',
    summary: 'Keep what the innermost open transaction did',
    keyless: true,
    input: input('sql_commit', { scope }),
    output: depth,
    request: () => ({ op: 'commit' }),
  }),
  sqlOperation('memory:write', {
    op: 'sql_rollback',
    summary: 'Undo what the innermost open transaction did',
    keyless: true,
    input: input('sql_rollback', { scope }),
    output: depth,
    request: () => ({ op: 'rollback' }),
  }),
  sqlOperation('memory:read', {
    op: 'sql_schema',
    summary: 'List the tables of the SQL memory with their columns and indexes, and how full it is',
    readOnly: true,
    input: input('sql_schema', { scope }),
    output: z.object({
      tables: z.array(
        z.object({
          name: z.string(),
          kind: z.enum(['table', 'view', 'virtual']),
          columns: z.array(
            z.object({
              name: z.string(),
              type: z.string(),
              not_null: z.boolean(),
              primary_key: z.boolean(),
              default: z.string().nullable(),
            }),
          ),
          indexes: z.array(z.object({ name: z.string(), unique: z.boolean(), columns: z.array(z.string().nullable()) })),
        }),
      ),
      bytes: z.int(),
      quota_bytes: z.int(),
    }),
    request: () => ({ op: 'schema' }),
  }),
];
