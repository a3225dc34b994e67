/** Environment variables that yaml may name begin with it (reference: wire 2.7, 4.3). */
export const VARIABLE_PREFIX = 'LOOMCYCLE_';

/** Those that it may name beside them. */
export const ALLOWED_VARIABLES: ReadonlySet<string> = new Set(['BRAVE_API_KEY', 'GITHUB_TOKEN', 'SLACK_BOT_TOKEN', 'REDIS_URL']);

/** The runtime's own secrets, which yaml may not name. */
export const OWN_SECRETS: ReadonlySet<string> = new Set([
  'PG_DSN',
  'LOOMCYCLE_PG_DSN',
  'LOOMCYCLE_SQLMEM_PG_DSN',
  'LOOMCYCLE_AUTH_TOKEN',
  'LOOMCYCLE_OPERATOR_TOKEN_PEPPER',
  'LOOMCYCLE_MCP_UPSTREAM_TOKEN',
  'LOOMCYCLE_OTEL_EXPORTER_OTLP_HEADERS',
]);
