/** Version 2: answers of writes that were called with an idempotency key. */
export const IDEMPOTENCY = `
CREATE TABLE loom_idempotency (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL, -- SHA-256 of tool and input
  answer TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (actor, key)
) WITHOUT ROWID;
CREATE INDEX loom_idempotency_by_age ON loom_idempotency (at);
`;
