/** Version 2: full-text search of chunks, indexes of filters. */
export const SEARCH = `
-- Each carries the order of query_chunks, so that a page needs no sort. Chunks without the label, as most
-- of an imported text are, have no entry.
DROP INDEX chunks_by_status;
CREATE INDEX chunks_by_type ON chunks (type, document_id, parent_id, position) WHERE type IS NOT NULL;
CREATE INDEX chunks_by_status ON chunks (status, document_id, parent_id, position) WHERE status IS NOT NULL;

-- The words of titles, bodies and fields, and what filters go by. It holds no text: what a hit shows comes from chunks. The words
-- come to it already cut and folded, see src/documents/search/words.ts: this tokenizer splits at spaces.
CREATE VIRTUAL TABLE loom_search USING fts5 (
  title, body, fields, facets, content = '', contentless_delete = 1, tokenize = 'ascii'
);

-- Which chunk is which row of loom_search, and the revision that it knows. Not the rowid of chunks, which
-- VACUUM may change.
CREATE TABLE loom_search_chunks (
  row INTEGER PRIMARY KEY,
  chunk_id TEXT NOT NULL UNIQUE,
  document_id TEXT NOT NULL,
  revision INTEGER NOT NULL
);
CREATE INDEX loom_search_chunks_by_document ON loom_search_chunks (document_id);

-- How far the index is, see src/documents/search/keeper.ts.
CREATE TABLE loom_search_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  walk TEXT
);
`;
