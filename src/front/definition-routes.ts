import { DEFINITION_KINDS, TOOL_OF } from '../definitions/kinds.js';
import type { Dispatcher } from '../operations/dispatcher.js';
import type { Authenticator } from './authenticate.js';
import type { Exchange } from './exchange.js';
import { refusalResponse } from './http-error.js';

type Handler = (exchange: Exchange) => void;

/** `GET /v1/_<tool>/names`: what a tenant can use of a kind, and has versions of (reference: wire 1.3). */
export function definitionRoutes(auth: Authenticator, dispatcher: Dispatcher): Readonly<Record<string, Readonly<Record<string, Handler>>>> {
  const names = (tool: string): Handler => (exchange) => {
    const principal = auth.requireScope(exchange, 'substrate:tenant');
    dispatcher.dispatch({ principal, transport: 'http', tool, input: { op: 'names' } }, (outcome) => {
      if (outcome.ok) return exchange.json(200, outcome.json);
      const { status, body, headers } = refusalResponse(tool, outcome.refusal);
      exchange.json(status, body, headers);
    });
  };
  return Object.fromEntries(DEFINITION_KINDS.map((kind) => [`/v1/_${TOOL_OF[kind]}/names`, { GET: names(TOOL_OF[kind]) }]));
}
