/** Version 2: the size of a document, the revision of a type. */
export const CHUNKS = `
-- Kept up to date by triggers, so that no writer of chunks can forget it: counting the chunks of a large
-- document for each new one would cost more than the write.
ALTER TABLE documents ADD COLUMN chunk_count INTEGER NOT NULL DEFAULT 0;
UPDATE documents SET chunk_count = (SELECT count(*) FROM chunks WHERE document_id = documents.id);

CREATE TRIGGER loom_chunk_added AFTER INSERT ON chunks BEGIN
  UPDATE documents SET chunk_count = chunk_count + 1 WHERE id = new.document_id;
END;
CREATE TRIGGER loom_chunk_removed AFTER DELETE ON chunks BEGIN
  UPDATE documents SET chunk_count = chunk_count - 1 WHERE id = old.document_id;
END;

ALTER TABLE chunk_types ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
`;
