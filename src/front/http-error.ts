import type { Reason, RefusalWire } from '../errors.js';

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

const STATUS: Partial<Record<Reason, number>> = { forbidden: 403, unavailable: 503, busy: 503, internal: 500 };
const CODE: Partial<Record<Reason, string>> = { forbidden: 'forbidden', unavailable: 'unavailable', busy: 'busy', internal: 'internal' };

/** A refused operation as HTTP: 422 `tool_refused` for everything that the caller can mend (reference: wire 1.3). */
export function refusalResponse(tool: string, refusal: RefusalWire): { status: number; body: string; headers: Record<string, string> } {
  const { reason, error, data } = refusal;
  const status = STATUS[reason] ?? 422;
  return {
    status,
    body: JSON.stringify({
      code: CODE[reason] ?? 'tool_refused',
      error,
      tool: toolTitle(tool),
      reason,
      ...(data === undefined ? {} : { data }),
      ...(status === 503 ? { retryable: true } : {}),
    }),
    headers: challengeOf(refusal),
  };
}

/** The header that names the missing scope of a refusal (RFC 6750). */
export function challengeOf({ reason, data }: RefusalWire): Record<string, string> {
  return reason === 'forbidden' && typeof data?.scope === 'string' ? scopeChallenge(data.scope) : {};
}

export function scopeChallenge(scope: string): Record<string, string> {
  return { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` };
}

/** The original's name of a tool: `document` is `Document`. */
export function toolTitle(tool: string): string {
  return tool.charAt(0).toUpperCase() + tool.slice(1);
}
