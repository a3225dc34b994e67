/**
 * Version 2: who made each revision, and what was deleted.
 *
 *   documents.audit ─▶ loom_audit ─before─▶ loom_audit ─before─▶ …   all writes about a document, newest first
 *   chunks.kept ─▶ loom_revisions ─before─▶ loom_revisions ─▶ …      what a chunk was, newest first
 *   chunks.audit, loom_revisions.audit ─▶ loom_audit                 the write that made this revision
 *   loom_deletions ◀─deletion─ loom_deleted ─kept─▶ loom_revisions   what went with one deletion
 */
export const HISTORY = `
ALTER TABLE documents ADD COLUMN audit INTEGER;
ALTER TABLE chunks ADD COLUMN audit INTEGER;
ALTER TABLE loom_audit ADD COLUMN before INTEGER;
ALTER TABLE loom_audit ADD COLUMN changed TEXT; -- JSON list of the parts of the chunk that the write changed

-- Made anew for the order of its columns: what a list of revisions shows stands before what may be long.
CREATE TABLE loom_revisions_2 (
  id INTEGER PRIMARY KEY,
  before INTEGER,
  chunk_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  audit INTEGER,
  kept_at BIGINT NOT NULL, -- when it was replaced or deleted; ascends with id
  document_id TEXT NOT NULL,
  parent_id TEXT,
  position INTEGER NOT NULL,
  type TEXT,
  status TEXT,
  title TEXT NOT NULL,
  updated_at BIGINT NOT NULL, -- when it was made
  fields TEXT NOT NULL,
  body TEXT NOT NULL
);

-- Files of version 1 have the audit without these links: a write and the revision that it made are of one time.
CREATE INDEX loom_audit_by_document ON loom_audit (document_id, seq);
CREATE INDEX loom_audit_by_chunk ON loom_audit (chunk_id, revision, seq);
CREATE INDEX loom_audit_by_time ON loom_audit (document_id, ts, seq);
INSERT INTO loom_revisions_2
  SELECT id, before, chunk_id, revision,
    ifnull((SELECT min(a.seq) FROM loom_audit a WHERE a.chunk_id = r.chunk_id AND a.revision = r.revision AND a.op NOT LIKE 'delete%'),
      (SELECT min(a.seq) FROM loom_audit a WHERE a.document_id = r.document_id AND a.ts = r.updated_at)),
    unixepoch() * 1000000000, document_id, parent_id, position, type, status, title, updated_at, fields, body
  FROM loom_revisions r;
DROP TABLE loom_revisions;
ALTER TABLE loom_revisions_2 RENAME TO loom_revisions;
UPDATE chunks SET audit =
  ifnull((SELECT min(a.seq) FROM loom_audit a WHERE a.chunk_id = chunks.id AND a.revision = chunks.revision AND a.op NOT LIKE 'delete%'),
    (SELECT min(a.seq) FROM loom_audit a WHERE a.document_id = chunks.document_id AND a.ts = chunks.updated_at));
UPDATE documents SET audit = (SELECT max(a.seq) FROM loom_audit a WHERE a.document_id = documents.id);
UPDATE loom_audit SET before =
  (SELECT max(a.seq) FROM loom_audit a WHERE a.document_id = loom_audit.document_id AND a.seq < loom_audit.seq);
DROP INDEX loom_audit_by_document;
DROP INDEX loom_audit_by_chunk;
DROP INDEX loom_audit_by_time;

-- One row per thing that was deleted: a document, or a chunk with its subtree.
CREATE TABLE loom_deletions (
  id INTEGER PRIMARY KEY,
  audit INTEGER NOT NULL,
  document_id TEXT NOT NULL,
  chunk_id TEXT NOT NULL, -- the chunk on top, of a document its root
  title TEXT NOT NULL,
  chunks INTEGER NOT NULL,
  deleted_at BIGINT NOT NULL,
  document TEXT, -- of a whole document: its row and its types, as JSON
  expired INTEGER NOT NULL DEFAULT 0 -- its time is over: it is being removed piece by piece
);
CREATE INDEX loom_deletions_by_document ON loom_deletions (document_id);
ALTER TABLE loom_deleted ADD COLUMN deletion INTEGER; -- null: deleted under version 1, which kept too little to undelete
ALTER TABLE loom_deleted ADD COLUMN created_at BIGINT;
UPDATE loom_deleted SET created_at = r.at
  FROM (SELECT chunk_id, min(updated_at) AS at FROM loom_revisions GROUP BY chunk_id) r WHERE r.chunk_id = loom_deleted.chunk_id;
CREATE INDEX loom_deleted_by_deletion ON loom_deleted (deletion);

-- Edges that went with a chunk at either end, of those that calls made.
CREATE TABLE loom_deleted_edges (
  from_id TEXT NOT NULL,
  to_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (from_id, to_id, kind)
) WITHOUT ROWID;
CREATE INDEX loom_deleted_edges_by_target ON loom_deleted_edges (to_id);

-- Names that went with it.
CREATE TABLE loom_deleted_names (
  deletion INTEGER NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  resource TEXT NOT NULL,
  ref TEXT NOT NULL,
  given INTEGER NOT NULL,
  PRIMARY KEY (deletion, path)
) WITHOUT ROWID;

-- How far the kept revisions were looked through for what is too old.
CREATE TABLE loom_pruned (
  upto INTEGER NOT NULL
);
INSERT INTO loom_pruned (upto) VALUES (0);
`;
