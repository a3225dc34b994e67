/** Version 2: declared channels, their messages, and who has read how far. */
export const CHANNELS = `
-- Channels that were declared at run time; only in the file of a tenant's channels.
CREATE TABLE loom_channels (
  name TEXT PRIMARY KEY,
  definition TEXT NOT NULL, -- JSON
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;

-- What of the whole log retention has taken away. One row, none while nothing was.
CREATE TABLE loom_log_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  head INTEGER NOT NULL,               -- newest seq when something was last taken away
  trimmed_to INTEGER NOT NULL DEFAULT 0 -- events of documents up to here may be gone
);

-- A channel in this scope. The definition is the one that the last write came with, for the alarm.
CREATE TABLE loom_channel_state (
  channel TEXT PRIMARY KEY,
  definition TEXT NOT NULL, -- JSON
  messages INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  floor INTEGER NOT NULL DEFAULT 0 -- messages up to this seq are gone
) WITHOUT ROWID;

-- The messages of a channel in the log, which holds their payloads.
CREATE TABLE loom_messages (
  channel TEXT NOT NULL,
  seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  published_at BIGINT NOT NULL,
  expires_at BIGINT,
  PRIMARY KEY (channel, seq)
) WITHOUT ROWID;
CREATE INDEX loom_messages_by_expiry ON loom_messages (expires_at) WHERE expires_at IS NOT NULL;

-- Messages that are to be in the log later.
CREATE TABLE loom_deferred (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  deliver_at BIGINT NOT NULL,
  expires_at BIGINT,
  value TEXT NOT NULL,
  actor TEXT NOT NULL,
  agent TEXT
) WITHOUT ROWID;
CREATE INDEX loom_deferred_by_time ON loom_deferred (deliver_at);
CREATE INDEX loom_deferred_by_channel ON loom_deferred (channel);

-- Readers of a channel. Of a broadcast all up to seq is acknowledged; of a queue all up to seq was handed
-- out, and what of it is not acknowledged stands in loom_deliveries.
CREATE TABLE loom_channel_consumers (
  channel TEXT NOT NULL,
  consumer TEXT NOT NULL,
  seq INTEGER NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (channel, consumer)
) WITHOUT ROWID;

-- Messages of queues that were handed out and not yet acknowledged.
CREATE TABLE loom_deliveries (
  channel TEXT NOT NULL,
  consumer TEXT NOT NULL,
  seq INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  lease TEXT,              -- null once given back
  visible_at BIGINT NOT NULL, -- when another may have it
  deliveries INTEGER NOT NULL,
  last INTEGER NOT NULL,   -- 1 where it goes to the dead letters instead of being handed out again
  PRIMARY KEY (channel, consumer, seq)
) WITHOUT ROWID;
CREATE INDEX loom_deliveries_by_time ON loom_deliveries (channel, consumer, visible_at);
CREATE INDEX loom_deliveries_by_end ON loom_deliveries (visible_at) WHERE last = 1;
`;
