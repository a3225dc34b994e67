import type { Dispatcher } from '../operations/dispatcher.js';
import type { Authenticator } from './authenticate.js';
import type { Exchange } from './exchange.js';
import { HttpError, refusalResponse } from './http-error.js';

/** Longest body of a tool call: room for an import of several megabytes. */
export const MAX_TOOL_BODY = 16 * 1024 * 1024;

/** `POST /v1/_<tool>`: the body is the tool's input, the answer its result (reference: wire 1.3). */
export function callTool(exchange: Exchange, tool: string, auth: Authenticator, dispatcher: Dispatcher): void {
  const principal = auth.require(exchange);
  const idempotencyKey = idempotencyKeyOf(exchange);
  exchange.readBody(MAX_TOOL_BODY, (body) => {
    const json = body.toString('utf8');
    const input = parseObject(json);
    const whenGone = (then: () => void): void => exchange.whenGone(then);
    dispatcher.dispatch({ principal, transport: 'http', tool, input, json, idempotencyKey, whenGone }, (outcome) => {
      if (outcome.ok) return exchange.json(200, outcome.json);
      const { status, body, headers } = refusalResponse(tool, outcome.refusal);
      exchange.json(status, body, headers);
    });
  });
}

/** @throws HttpError 400 for a key that cannot be kept. */
export function idempotencyKeyOf(exchange: Exchange): string | undefined {
  const key = exchange.header('idempotency-key');
  if (key === undefined || (key !== '' && key.length <= 255)) return key;
  throw new HttpError(400, 'bad_request', 'Idempotency-Key must have 1 to 255 characters');
}

/** @throws HttpError 400 for anything but a JSON object. */
export function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const why = json.trim() === '' ? 'it is empty' : (error as Error).message;
    throw new HttpError(400, 'bad_request', `the body must be a JSON object: ${why}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'bad_request', 'the body must be a JSON object');
  }
  return value as Record<string, unknown>;
}
