/** Version 3: what a tenant defined at run time, in versions that never change. Only the tenant's definitions file has rows. */
export const DEFINITIONS = `
CREATE TABLE loom_definitions (
  def_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL, -- agent, skill, mcp_server
  name TEXT NOT NULL,
  version INTEGER NOT NULL, -- from 1, dense per kind and name
  parent_def_id TEXT, -- may be of another name, or of the shared tenant
  description TEXT NOT NULL,
  definition TEXT NOT NULL, -- JSON
  content_sha256 TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL, -- subject
  created_by_agent TEXT,
  retired INTEGER NOT NULL DEFAULT 0,
  bootstrapped INTEGER NOT NULL DEFAULT 0, -- what the configuration said when it was first forked
  UNIQUE (kind, name, version)
);
CREATE TABLE loom_active_definitions (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  def_id TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (kind, name)
) WITHOUT ROWID;
`;
