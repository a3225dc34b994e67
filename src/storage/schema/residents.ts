/** Leases of resident agents, where their timers are, and what they could not deal with. */
export const RESIDENTS = `
-- Who runs the consumer now. The token grows with each taking: calls under an older one are refused.
CREATE TABLE loom_leases (
  consumer TEXT PRIMARY KEY,
  token INTEGER NOT NULL,
  holder TEXT NOT NULL,       -- the process, by a name that it made up
  expires_at BIGINT NOT NULL  -- from then on another process may take it
) WITHOUT ROWID;

-- What else is kept of a resident agent.
CREATE TABLE loom_residents (
  consumer TEXT PRIMARY KEY,
  schedule TEXT,              -- the timer that fired_at is of; NULL without one
  fired_at BIGINT NOT NULL,   -- when it last fired, or began to run
  paused INTEGER,             -- 1 or 0 where somebody said so at run time
  paused_declared INTEGER     -- what the configuration said by then
) WITHOUT ROWID;

-- Events past the cursor that are dealt with, where several wakes run at once.
CREATE TABLE loom_events_done (
  consumer TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;

-- Wakes that failed too often, with their events: retention takes events from the log.
CREATE TABLE loom_dead_wakes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  consumer TEXT NOT NULL,
  reason TEXT NOT NULL,       -- events, start or time
  events TEXT NOT NULL,       -- JSON list
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,        -- of the last attempt
  died_at BIGINT NOT NULL,
  redriven_at BIGINT          -- it is to be woken for once more
);
CREATE INDEX loom_dead_wakes_by_consumer ON loom_dead_wakes (consumer, id);
`;
