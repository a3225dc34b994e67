import { log } from './log.js';

/**
 * The one error of the runtime's domain: an operation that was understood and refused.
 * Nothing was changed when one is thrown. It is mapped once per transport: HTTP answers 422
 * (503 for `unavailable`), MCP a result with `isError`, a resident agent catches it as it is.
 */
export class Refusal extends Error {
  constructor(
    /** Machine-readable cause, stable across releases. */
    readonly reason: Reason,
    message: string,
    /** What the caller needs to act on it, for example the current chunk of a conflict. */
    readonly data?: Record<string, unknown>,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export type Reason =
  | 'missing_field'
  | 'unknown_op'
  | 'invalid_input'
  | 'invalid_field'
  | 'not_found'
  | 'revision_conflict'
  | 'root_chunk'
  | 'cycle'
  | 'not_deleted'
  | 'parent_gone'
  | 'path_taken'
  | 'not_a_directory'
  | 'not_empty'
  | 'last_name'
  | 'too_large'
  | 'too_deep'
  | 'scope_unsupported'
  | 'idempotency_mismatch'
  | 'memory_value_too_large'
  | 'memory_quota_exceeded'
  | 'capability_unsupported'
  | 'sql_refused'
  | 'sql_timeout'
  | 'sql_too_large'
  | 'sql_quota'
  | 'sql_transaction'
  | 'transaction_ended'
  | 'busy'
  | 'cursor_ahead'
  | 'channel_not_declared'
  | 'channel_not_found'
  | 'channel_name_in_use'
  | 'channel_yaml_immutable'
  | 'channel_scope_invalid'
  | 'channel_cursor_regression'
  | 'channel_lease_lost'
  | 'channel_full'
  | 'too_many_waiters'
  | 'token_name_in_use'
  | 'token_in_use'
  | 'token_retired'
  | 'last_admin_token'
  | 'definition_name_in_use'
  | 'definition_yaml_immutable'
  | 'definition_widens'
  | 'definition_retired'
  | 'definition_limit'
  | 'webhook_name_in_use'
  | 'webhook_yaml_immutable'
  | 'webhook_url_refused'
  | 'webhook_limit'
  | 'session_busy'
  | 'agent_id_in_use'
  | 'backpressure'
  | 'quota_exhausted'
  | 'run_ended'
  | 'interrupt_resolved'
  | 'interrupt_expired'
  | 'model_refused'
  | 'lease_held'
  | 'lease_lost'
  | 'forbidden'
  | 'unavailable'
  | 'internal';

/** A refusal as it crosses threads and transports. */
export interface RefusalWire {
  reason: Reason;
  error: string;
  data?: Record<string, unknown>;
}

/** What is no refusal is a defect: it is logged where it happened, and the caller learns that it was one. */
export function toRefusalWire(error: unknown): RefusalWire {
  if (error instanceof Refusal) return { reason: error.reason, error: error.message, data: error.data };
  log('error', 'an operation failed', { error: error instanceof Error ? error.stack : String(error) });
  return { reason: 'internal', error: 'internal error: the log of the server says more' };
}

export function fromRefusalWire(wire: RefusalWire): Refusal {
  return new Refusal(wire.reason, wire.error, wire.data);
}
