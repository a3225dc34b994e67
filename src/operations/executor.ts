import type { OperationExecutor } from '../scope/actor.js';
import { findOperation } from './registry.js';

/** Lets a scope actor run the operations of the registry. */
export const scopeExecutor: OperationExecutor = {
  writes: (tool, op) => {
    const { readOnly, maintains } = findOperation(tool, op);
    return !readOnly || maintains;
  },
  runsLast: (tool, op) => findOperation(tool, op).runsLast,
  execute(tx, call) {
    const operation = findOperation(call.tool, call.op);
    if (operation.runs !== 'scope') throw new Error(`${call.tool} ${call.op} does not run in a scope`);
    return JSON.stringify(operation.execute(tx, JSON.parse(call.input)));
  },
};
