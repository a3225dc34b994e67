/** Version 2: links and tags of bodies, see `src/documents/links`. */
export const LINKS = `
-- 'op': made by a call. 'body': the body of from_id holds it, see loom_links.
ALTER TABLE chunk_edges ADD COLUMN source TEXT NOT NULL DEFAULT 'op';

CREATE TABLE chunk_tags (
  chunk_id TEXT NOT NULL,
  tag TEXT NOT NULL,
  folded TEXT NOT NULL, -- what tags are compared by
  PRIMARY KEY (chunk_id, folded)
) WITHOUT ROWID;
CREATE INDEX chunk_tags_by_tag ON chunk_tags (folded, tag);

-- Every link of a body, whether or not it leads anywhere yet; chunk_edges has those that do.
CREATE TABLE loom_links (
  from_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL, -- folded
  written TEXT NOT NULL, -- the link as it stands in the body
  document_id TEXT NOT NULL, -- of from_id
  in_document TEXT, -- of a target with '#' what stands before it, folded; '' for the own document
  heading TEXT, -- and what stands behind it
  to_id TEXT,
  PRIMARY KEY (from_id, kind, target)
) WITHOUT ROWID;
CREATE INDEX loom_links_by_target ON loom_links (target, document_id, to_id, heading);
CREATE INDEX loom_links_by_heading ON loom_links (heading, document_id, to_id) WHERE heading IS NOT NULL;
CREATE INDEX loom_links_by_document ON loom_links (in_document) WHERE in_document IS NOT NULL;
CREATE INDEX loom_links_by_chunk ON loom_links (to_id) WHERE to_id IS NOT NULL;

-- All titles, folded: what links by title are found by.
CREATE TABLE loom_titles (
  title TEXT NOT NULL,
  document_id TEXT NOT NULL,
  created_at BIGINT NOT NULL, -- of the chunk
  chunk_id TEXT NOT NULL,
  PRIMARY KEY (title, document_id, created_at, chunk_id)
) WITHOUT ROWID;

-- An edge that a body holds and a call makes as well is one row, the call's, and stays when either goes. So
-- does one that several links of a body make.
CREATE TRIGGER loom_edge_made BEFORE INSERT ON chunk_edges WHEN NEW.source = 'op' BEGIN
  UPDATE chunk_edges SET source = 'op'
    WHERE from_id = NEW.from_id AND to_id = NEW.to_id AND kind = NEW.kind AND source = 'body';
END;
CREATE TRIGGER loom_edge_unmade AFTER DELETE ON chunk_edges BEGIN
  INSERT INTO chunk_edges (from_id, to_id, kind, created_at, source)
    SELECT OLD.from_id, OLD.to_id, OLD.kind, OLD.created_at, 'body' WHERE EXISTS (
      SELECT 1 FROM loom_links WHERE from_id = OLD.from_id AND to_id = OLD.to_id AND kind = OLD.kind);
END;

-- Chunks of version 1, whose bodies an alarm has still to read.
CREATE TABLE loom_unindexed (chunk_id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO loom_unindexed SELECT id FROM chunks;
INSERT INTO loom_alarms (name, at) SELECT 'links', 0 WHERE EXISTS (SELECT 1 FROM loom_unindexed);
`;
