import { z } from 'zod';
import { Refusal } from '../../errors.js';
import type { Transaction } from '../../scope/transaction.js';
import { input } from '../input.js';
import type { Operation, ScopeOperation } from '../operation.js';
import { documentOperation } from './document-operation.js';
import { resolveReferences } from './references.js';

const MAX_OPS = 500;
/** Keys that belong to the batch as a whole. */
const OF_THE_BATCH = ['scope', 'agent', 'idempotency_key'] as const;

interface Part {
  tool: string;
  op: string;
  input: Record<string, unknown>;
}

const part = z.looseObject({
  tool: z.string().optional().describe('Tool of the op, default document'),
  op: z.string().describe('Any op of one scope but batch'),
});

/**
 * Many operations of one scope in one transaction, all or none. Their results come in order; a later one
 * may name what an earlier one made, see `resolveReferences`.
 *
 * @param find looks operations up, see `findOperation`.
 */
export function batchOperation(find: (tool: string, op: unknown) => Operation): Operation {
  return documentOperation({
    op: 'batch',
    summary: `Run up to ${MAX_OPS} ops of one scope in one transaction, all or none; a later op may use "$0.id", a value of the result of op 0`,
    destructive: true,
    input: input('batch', { ops: z.array(part).min(1).max(MAX_OPS) }),
    output: z.object({ results: z.array(z.record(z.string(), z.unknown())) }),
    parts: ({ ops }) => ops.map((each, index) => operationOf(find, partOf(each), index)),
    run: (tx, { ops }) => {
      const results: unknown[] = [];
      for (const [index, each] of ops.entries()) results.push(runPart(tx, find, partOf(each), index, results));
      return { results };
    },
  });
}

function partOf({ tool = 'document', ...input }: z.output<typeof part>): Part {
  return { tool, op: input.op, input };
}

function runPart(tx: Transaction, find: (tool: string, op: unknown) => Operation, part: Part, index: number, results: readonly unknown[]): unknown {
  try {
    const operation = operationOf(find, part, index);
    const input = resolveReferences(part.input, results);
    if (operation.rawSql?.(input)) throw new Refusal('invalid_input', 'SQL runs outside the transaction: ask with query_chunks alone');
    return operation.execute(tx, input);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.reason, `batch, nothing was written: op ${index} (${part.op}): ${error.message}`, { ...error.data, index, op: part.op });
  }
}

/** @throws Refusal for what cannot be part of a batch. */
function operationOf(find: (tool: string, op: unknown) => Operation, { tool, op, input }: Part, index: number): ScopeOperation {
  const operation = find(tool, op);
  if (operation.runs !== 'scope' || operation.internal || operation.parts) {
    throw new Refusal('invalid_input', `op ${index}: ${tool} ${op} cannot be part of a batch`, { index, op });
  }
  const outer = OF_THE_BATCH.find((key) => input[key] !== undefined);
  if (outer) throw new Refusal('invalid_input', `op ${index} (${op}): ${outer} belongs to the batch, not to its ops`, { index, op });
  return operation;
}
