/** Version 1: documents with their chunks, edges, types, past revisions and audit; the channel log. */
export const DOCUMENTS = `
CREATE TABLE documents (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  root_chunk_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE chunks (
  id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL,
  parent_id TEXT,
  position INTEGER NOT NULL,
  type TEXT,
  status TEXT,
  title TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 1,
  fields TEXT NOT NULL DEFAULT '{}',
  body TEXT NOT NULL DEFAULT '',
  kept INTEGER -- the row of loom_revisions that holds what the chunk was before
);
CREATE INDEX chunks_by_parent ON chunks (document_id, parent_id, position);
CREATE INDEX chunks_by_status ON chunks (document_id, type, status);

CREATE TABLE chunk_edges (
  from_id TEXT NOT NULL,
  to_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (from_id, to_id, kind)
) WITHOUT ROWID;
CREATE INDEX chunk_edges_by_target ON chunk_edges (to_id);

CREATE TABLE chunk_types (
  document_id TEXT NOT NULL,
  name TEXT NOT NULL,
  fields TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (document_id, name)
) WITHOUT ROWID;

-- What a chunk was before a write replaced or deleted it; who did that stands in loom_audit. The
-- revisions of a chunk are a chain, newest first: an index by chunk would dirty one random page for
-- every update, a fifth of its cost.
CREATE TABLE loom_revisions (
  id INTEGER PRIMARY KEY,
  before INTEGER,
  chunk_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  document_id TEXT NOT NULL,
  parent_id TEXT,
  position INTEGER NOT NULL,
  type TEXT,
  status TEXT,
  title TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  fields TEXT NOT NULL,
  body TEXT NOT NULL
);

-- Where the chain of a deleted chunk begins.
CREATE TABLE loom_deleted (
  chunk_id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL,
  kept INTEGER NOT NULL,
  deleted_at BIGINT NOT NULL
) WITHOUT ROWID;

-- One row per write operation.
CREATE TABLE loom_audit (
  seq INTEGER PRIMARY KEY,
  ts BIGINT NOT NULL,
  actor TEXT NOT NULL,
  agent TEXT,
  transport TEXT NOT NULL,
  op TEXT NOT NULL,
  document_id TEXT,
  chunk_id TEXT,
  revision INTEGER
);

-- The channel log: every topic of the scope in one dense order.
CREATE TABLE loom_channel_log (
  seq INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  ts BIGINT NOT NULL,
  payload TEXT NOT NULL
);

-- How far a durable reader has come.
CREATE TABLE loom_consumers (
  consumer TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;
`;
