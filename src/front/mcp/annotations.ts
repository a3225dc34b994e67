import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { Operation } from '../../operations/operation.js';

/** What holds of a tool holds of each of its ops; what one op may do, the tool may do. */
export function annotationsOf(title: string, operations: readonly Operation[]): Required<ToolAnnotations> {
  return {
    title,
    readOnlyHint: operations.every(({ readOnly }) => readOnly),
    destructiveHint: operations.some(({ destructive }) => destructive),
    idempotentHint: operations.every(({ readOnly, idempotent }) => readOnly || idempotent),
    openWorldHint: operations.some(({ openWorld }) => openWorld),
  };
}
