/** Version 2: what a scope has to do at a time, see `src/scope/alarms.ts`. */
export const ALARMS = `
-- One row per kind of work: the time at which some of it is due.
CREATE TABLE loom_alarms (
  name TEXT PRIMARY KEY,
  at BIGINT NOT NULL
) WITHOUT ROWID;
`;
