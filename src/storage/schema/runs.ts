/** Version 3: sessions, their runs, messages, tool calls and questions. */
export const RUNS = `
-- A session: a conversation that one run after the other takes further.
CREATE TABLE loom_sessions (
  id TEXT PRIMARY KEY,
  agent TEXT NOT NULL,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;

-- A run: one agentic loop. Its events are the topic runs/<id> of the log.
CREATE TABLE loom_runs (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,      -- handle of the run while it lives
  agent TEXT NOT NULL,
  parent_id TEXT,              -- run that began it
  parent_call TEXT,            -- the tool call of the parent that did, and which of its children this is
  root_id TEXT NOT NULL,
  depth INTEGER NOT NULL,      -- 0 for a run that a client began
  status TEXT NOT NULL,        -- running, completed, failed or cancelled
  stop_reason TEXT,
  error TEXT,
  final_text TEXT,
  principal TEXT NOT NULL,     -- JSON: as whom it acts
  definition TEXT NOT NULL,    -- JSON: the agent as it was when the run began
  request TEXT NOT NULL,       -- JSON: what the client asked for beside its input
  awaited TEXT,                -- JSON: what it waits for
  usage TEXT NOT NULL,         -- JSON: tokens, cost in US dollars, turns; children apart
  legs TEXT NOT NULL,          -- JSON: what it did of private, untrusted, outward; set at its end
  first_seq INTEGER NOT NULL,  -- of its first event
  created_at BIGINT NOT NULL,
  completed_at BIGINT
) WITHOUT ROWID;
CREATE UNIQUE INDEX loom_runs_live ON loom_runs (agent_id) WHERE status = 'running';
CREATE UNIQUE INDEX loom_runs_by_call ON loom_runs (parent_id, parent_call) WHERE parent_id IS NOT NULL;
CREATE INDEX loom_runs_by_session ON loom_runs (session_id, created_at);
CREATE INDEX loom_runs_by_agent_id ON loom_runs (agent_id, created_at);
CREATE INDEX loom_runs_by_time ON loom_runs (created_at);

-- The conversation of a session. A summary stands for all messages before it but the first.
CREATE TABLE loom_run_messages (
  session_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,          -- message, steer or summary
  message TEXT NOT NULL,       -- JSON
  PRIMARY KEY (session_id, n)
) WITHOUT ROWID;

-- Tool calls of the turn that a run is in, from their start.
CREATE TABLE loom_run_calls (
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  result TEXT,                 -- JSON; NULL while it is under way
  PRIMARY KEY (run_id, id)
) WITHOUT ROWID;

-- What agents used, by day (days since 1970), for budgets of agents and principals.
CREATE TABLE loom_run_usage (
  day INTEGER NOT NULL,
  agent TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  cost_usd REAL NOT NULL,
  PRIMARY KEY (day, agent)
) WITHOUT ROWID;

-- Questions of runs to people.
CREATE TABLE loom_interrupts (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL,
  call_id TEXT NOT NULL,
  kind TEXT NOT NULL,          -- question or notice
  status TEXT NOT NULL,        -- pending, resolved, timed_out, cancelled or delivered
  question TEXT NOT NULL,
  options TEXT NOT NULL,       -- JSON
  context TEXT,                -- JSON
  priority TEXT NOT NULL,
  answer TEXT,
  resolved_by TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  resolved_at BIGINT
) WITHOUT ROWID;
CREATE UNIQUE INDEX loom_interrupts_by_call ON loom_interrupts (run_id, call_id);
CREATE INDEX loom_interrupts_by_status ON loom_interrupts (status, created_at);
`;

/** Version 4: what is said to runs, until they hear it. */
export const RUN_INPUTS = `
CREATE TABLE loom_run_inputs (
  run_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  at BIGINT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run_id, n)
) WITHOUT ROWID;
`;
