import { Refusal } from '../errors.js';
import { alarmOperations } from './alarm-operations.js';
import { channelOperations } from './channel/channel-operations.js';
import { channeldefOperations } from './channel/channeldef-operations.js';
import { channelScopeOperations } from './channel/scope-operations.js';
import { definitionOperations } from './channel/definition-operations.js';
import { defOperations } from './definition/def-operations.js';
import { versionOperations } from './definition/version-operations.js';
import { contextOperations } from './context-operations.js';
import { changesOperation } from './document/changes-operation.js';
import { canvasOperations } from './document/canvas-operations.js';
import { batchOperation } from './document/batch-operation.js';
import { chunkOperations } from './document/chunk-operations.js';
import { documentOperations } from './document/document-operations.js';
import { linkOperations } from './document/link-operations.js';
import { edgeOperations } from './document/edge-operations.js';
import { historyOperations } from './document/history-operations.js';
import { queryOperation } from './document/query-operation.js';
import { searchOperation } from './document/search-operation.js';
import { treeOperations } from './document/tree-operations.js';
import { logOperations } from './log-operations.js';
import { memoryOperations } from './memory/memory-operations.js';
import { sqlMemoryOperations } from './memory/sql-operations.js';
import type { Operation } from './operation.js';
import { pathOperations } from './path/path-operations.js';
import { runOperations } from './run/run-operations.js';
import { runScopeOperations } from './run/run-scope-operations.js';
import { residentOperations } from './resident-operations.js';
import { tokenOperations } from './token/token-operations.js';
import { tokenScopeOperations } from './token/token-scope-operations.js';
import { webhookScopeOperations } from './webhook/scope-operations.js';
import { webhookOperations } from './webhook/webhook-operations.js';

/** Every operation of the runtime. Routes, MCP tools and agent tools all derive from this list. */
export const OPERATIONS: readonly Operation[] = [
  ...documentOperations,
  ...chunkOperations,
  ...linkOperations,
  ...treeOperations,
  ...edgeOperations,
  ...historyOperations,
  queryOperation,
  searchOperation,
  changesOperation,
  ...channelOperations,
  ...channeldefOperations,
  ...channelScopeOperations,
  ...definitionOperations,
  ...defOperations,
  ...versionOperations,
  ...canvasOperations,
  ...webhookOperations,
  ...webhookScopeOperations,
  ...pathOperations,
  ...memoryOperations,
  ...sqlMemoryOperations,
  ...contextOperations(() => OPERATIONS),
  ...runOperations,
  ...runScopeOperations,
  ...tokenOperations,
  ...tokenScopeOperations,
  batchOperation((tool, op) => findOperation(tool, op)),
  ...logOperations,
  ...alarmOperations,
  ...residentOperations,
];

const byTool = new Map<string, Map<string, Operation>>();
for (const operation of OPERATIONS) {
  const ops = byTool.get(operation.tool) ?? new Map<string, Operation>();
  byTool.set(operation.tool, ops.set(operation.op, operation));
}

/** Tools that clients may call. */
export const TOOLS: readonly string[] = [...byTool.keys()].filter((tool) => operationsOf(tool).every((op) => !op.internal));

export function operationsOf(tool: string): Operation[] {
  return [...(byTool.get(tool)?.values() ?? [])];
}

/** @throws Refusal when the tool has no such op; the text lists those it has. */
export function findOperation(tool: string, op: unknown): Operation {
  if (op === undefined || op === '') throw new Refusal('missing_field', 'missing required field: op');
  const operation = typeof op === 'string' ? byTool.get(tool)?.get(op) : undefined;
  if (operation) return operation;
  const known = operationsOf(tool).map((each) => each.op);
  throw new Refusal('unknown_op', `unknown op ${JSON.stringify(op)} of ${tool}; it has ${known.join(', ')}`, { ops: known });
}
