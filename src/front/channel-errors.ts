import type { Reason, RefusalWire } from '../errors.js';
import { refusalAnswer, type RefusalAnswer } from './refusal-answer.js';

/** Statuses of the channel routes, by reason (reference: wire 1.4); what is not here is 422. */
const STATUS: Partial<Record<Reason, number>> = {
  missing_field: 400,
  invalid_input: 400,
  channel_scope_invalid: 400,
  scope_unsupported: 400,
  forbidden: 403,
  channel_not_declared: 404,
  channel_not_found: 404,
  not_found: 404,
  channel_yaml_immutable: 409,
  channel_name_in_use: 409,
  channel_cursor_regression: 409,
  channel_lease_lost: 409,
  channel_full: 409,
  cursor_ahead: 409,
  idempotency_mismatch: 409,
  too_large: 413,
  too_many_waiters: 429,
  internal: 500,
  unavailable: 503,
};

const CODE: Partial<Record<Reason, string>> = { missing_field: 'invalid_request', invalid_input: 'invalid_request', too_large: 'payload_too_large' };

/** A refused operation as the channel routes show it. */
export function channelRefusal(refusal: RefusalWire): RefusalAnswer {
  return refusalAnswer(refusal, { statuses: STATUS, code: (reason) => CODE[reason] ?? reason });
}
