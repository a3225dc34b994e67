/** Version 2: names of resources. */
export const PATHS = `
-- The key is the full path, without a slash at its end; what is below /a is from '/a/' up to '/a0'.
CREATE TABLE loom_paths (
  path TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  resource TEXT, -- what it names, for kind document its id; NULL for a directory
  ref TEXT, -- how callers find the resource, a JSON object; NULL for a directory
  given INTEGER NOT NULL, -- seq of the event that told of the new name: which of several came first
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX loom_paths_by_resource ON loom_paths (resource, kind, given);

-- Documents of version 1 have no names: they get them when the scope is next used.
INSERT INTO loom_alarms (name, at) SELECT 'name_documents', 0 WHERE EXISTS (SELECT 1 FROM documents);
`;
