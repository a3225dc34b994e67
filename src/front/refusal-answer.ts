import type { Reason, RefusalWire } from '../errors.js';

/** How a group of routes shows refusals. */
export interface RefusalForm {
  /** Statuses by reason; what is not here is 422. */
  readonly statuses: Readonly<Partial<Record<Reason, number>>>;
  code(reason: Reason): string;
}

export interface RefusalAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** Seconds after which to try again where the refusal does not say. */
const RETRY_AFTER = 5;

/** A refused operation as an HTTP answer. @param more what else the body tells */
export function refusalAnswer(refusal: RefusalWire, form: RefusalForm, more: Readonly<Record<string, unknown>> = {}): RefusalAnswer {
  const { reason, error, data } = refusal;
  const status = form.statuses[reason] ?? 422;
  const retryable = status === 429 || status === 503;
  return {
    status,
    body: JSON.stringify({ code: form.code(reason), error, ...more, reason, ...(data === undefined ? {} : { data }), ...(retryable ? { retryable } : {}) }),
    headers: { ...(retryable ? retryAfter(status, data) : {}), ...challengeOf(refusal) },
  };
}

/** What is refused for now is worth another try after `data.retry_after` seconds; a place that is taken, soon. */
function retryAfter(status: number, data: RefusalWire['data']): Record<string, string> {
  const seconds = typeof data?.retry_after === 'number' ? Math.max(1, Math.ceil(data.retry_after)) : status === 429 ? RETRY_AFTER : undefined;
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}

/** The header that names the missing scope of a refusal (RFC 6750). */
function challengeOf({ reason, data }: RefusalWire): Record<string, string> {
  return reason === 'forbidden' && typeof data?.scope === 'string' ? scopeChallenge(data.scope) : {};
}

export function scopeChallenge(scope: string): Record<string, string> {
  return { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` };
}
