import { DEFINITION_KINDS, NOUN, TOOL_OF } from '../../definitions/kinds.js';
import { findOperation } from '../../operations/registry.js';
import type { RouteDescription } from './routes.js';

/** The names of what is defined, by path and method. */
export const DEFINITION_ROUTES: Readonly<Record<string, Readonly<Record<string, RouteDescription>>>> = Object.fromEntries(
  DEFINITION_KINDS.map((kind) => {
    const tool = TOOL_OF[kind];
    const { summary, output } = findOperation(tool, 'names');
    return [`/v1/_${tool}/names`, { GET: { summary, tag: tool, responses: { 200: { description: `Each ${NOUN[kind]}.`, schema: output } }, refused: [403, 503] } }];
  }),
);
