import { z } from 'zod';
import type { Transaction } from '../scope/transaction.js';
import { scopeOperation, type Operation } from './operation.js';

/** Declares operations of a tool that only the runtime calls, with inputs that it made itself. */
export function internalOperations(tool: string) {
  return <Shape extends z.ZodRawShape>(
    op: string,
    summary: string,
    shape: Shape,
    run: (tx: Transaction, input: z.output<z.ZodObject<Shape>>) => unknown,
    readOnly = false,
  ): Operation =>
    scopeOperation(tool, 'substrate:admin', {
      op,
      summary,
      internal: true,
      readOnly,
      input: z.strictObject({ op: z.literal(op), ...shape }),
      output: z.unknown(),
      run: (tx, input) => run(tx, input as never) ?? null,
    });
}
