/** Version 2: bearer tokens that were made at run time. Only the runtime's own file of tokens has rows. */
export const TOKENS = `
CREATE TABLE loom_tokens (
  def_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  scopes TEXT NOT NULL, -- JSON list
  hash TEXT NOT NULL UNIQUE, -- hex SHA-256 of pepper and token
  suffix TEXT NOT NULL,
  imported INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_by_agent_id TEXT,
  rotated_from TEXT,
  retired_at BIGINT, -- may lie ahead: until then the token is in its grace
  last_used_at BIGINT
) WITHOUT ROWID;
CREATE INDEX loom_tokens_by_name ON loom_tokens (name, created_at);
`;
