/** Version 2: outgoing webhooks and their outbox. */
export const WEBHOOKS = `
-- An outgoing webhook: a durable reader of the log of this scope.
CREATE TABLE loom_webhooks (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,     -- yaml or runtime
  definition TEXT NOT NULL, -- JSON
  secrets TEXT NOT NULL,    -- JSON, newest first; those of yaml are not in the file
  revision INTEGER NOT NULL,
  disabled TEXT,            -- why it is; NULL while it is enabled
  disabled_at BIGINT,
  seq INTEGER NOT NULL,     -- events up to here are in the outbox, were sent, or are not for it
  failing_since BIGINT,     -- the first failure after the last success
  paused_until BIGINT,      -- the receiver asked to wait
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;

-- The outbox: what was taken from the log and has not been accepted yet, in the words that are sent.
CREATE TABLE loom_webhook_messages (
  webhook TEXT NOT NULL,
  id TEXT NOT NULL,
  seq INTEGER NOT NULL,      -- of the event; 0 for a ping
  type TEXT NOT NULL,
  attempts INTEGER NOT NULL, -- made so far
  due_at BIGINT NOT NULL,    -- of the next attempt; of a dead letter, when it died
  dead INTEGER NOT NULL,     -- 1 for a dead letter
  body TEXT NOT NULL,
  PRIMARY KEY (webhook, id)
) WITHOUT ROWID;
CREATE INDEX loom_webhook_messages_by_time ON loom_webhook_messages (webhook, dead, due_at, seq);

-- The delivery log: a row for each attempt.
CREATE TABLE loom_webhook_deliveries (
  id INTEGER PRIMARY KEY,
  webhook TEXT NOT NULL,
  message_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  at BIGINT NOT NULL,
  duration_ms INTEGER NOT NULL,
  status TEXT NOT NULL,      -- succeeded or failed
  response_code INTEGER,
  response TEXT,             -- how the answer began
  error TEXT,
  next_attempt_at BIGINT
);
CREATE INDEX loom_webhook_deliveries_by_webhook ON loom_webhook_deliveries (webhook, id);
`;
