import type { z } from 'zod';
import { scopeOperation, type ScopeOperation } from '../operation.js';

type Spec<Input extends z.ZodObject> = Parameters<typeof scopeOperation<Input>>[2];

/** An operation of the tool `document`. */
export function documentOperation<Input extends z.ZodObject>(spec: Spec<Input>): ScopeOperation {
  return scopeOperation('document', spec.readOnly ? 'documents:read' : 'documents:write', spec);
}
