/** Version 2: key/value memory. */
export const MEMORY = `
CREATE TABLE loom_memory (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  value TEXT NOT NULL, -- JSON text
  bytes INTEGER NOT NULL, -- of key and value, as the quota counts them
  revision INTEGER NOT NULL,
  expires_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX loom_memory_by_expiry ON loom_memory (expires_at) WHERE expires_at IS NOT NULL;

-- What all entries come to, kept with every write so that no write has to count them.
CREATE TABLE loom_memory_usage (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  bytes INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  updated_at BIGINT NOT NULL
);
INSERT INTO loom_memory_usage VALUES (1, 0, 0, 0);

-- The last revision of a key that is gone: one that comes again goes on above it.
CREATE TABLE loom_memory_deleted (
  key TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX loom_memory_deleted_by_age ON loom_memory_deleted (at);

-- Words of the entries; the texts themselves are in loom_memory.
CREATE VIRTUAL TABLE loom_memory_words USING fts5 (
  key, value, content = '', contentless_delete = 1, tokenize = 'unicode61'
);

-- One row per write of an entry.
CREATE TABLE loom_memory_audit (
  seq INTEGER PRIMARY KEY,
  ts BIGINT NOT NULL,
  actor TEXT NOT NULL,
  agent TEXT,
  transport TEXT NOT NULL,
  op TEXT NOT NULL,
  key TEXT NOT NULL,
  revision INTEGER NOT NULL
);
`;
