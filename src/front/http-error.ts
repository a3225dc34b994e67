import type { RefusalWire } from '../errors.js';
import { refusalAnswer, type RefusalAnswer, type RefusalForm } from './refusal-answer.js';

/** An answer of the transport itself, before or around any operation. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly data?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.name = 'HttpError';
  }
}

/** 422 `tool_refused` for everything that the caller can mend (reference: wire 1.3). */
const TOOL_FORM: RefusalForm = {
  statuses: { forbidden: 403, backpressure: 429, quota_exhausted: 429, unavailable: 503, busy: 503, internal: 500 },
  code: (reason) => (TOOL_FORM.statuses[reason] === undefined ? 'tool_refused' : reason),
};

/** A refused operation of a tool as HTTP. */
export function refusalResponse(tool: string, refusal: RefusalWire): RefusalAnswer {
  return refusalAnswer(refusal, TOOL_FORM, { tool: toolTitle(tool) });
}

/** The original's name of a tool: `document` is `Document`. */
export function toolTitle(tool: string): string {
  return tool.charAt(0).toUpperCase() + tool.slice(1);
}
