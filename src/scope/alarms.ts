import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ScopeDatabase } from '../storage/scope-database.js';

// A scope that has something to do at a time says so in its own file, in the transaction that made it so:
// one row per kind of work in loom_alarms. A marker file beside the scope files names every scope with an
// alarm, so that a start of the runtime opens these and no others.
//
//   tx.alarmBy(name, at) ─commit─▶ timer of the worker ─▶ the call `_alarm fire` ─▶ the handler of `name`
//   start, or a worker died ─▶ `_alarm fire` for every marked scope

const NEXT = 'SELECT min(at) AS at FROM loom_alarms';
const BY = `INSERT INTO loom_alarms (name, at) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET at = min(at, excluded.at)`;
const DUE = 'SELECT name FROM loom_alarms WHERE at <= ? ORDER BY at, name';
const TAKE = 'DELETE FROM loom_alarms WHERE name = ?';

/** Name of the runtime's own tool that runs what is due. */
export const ALARM_TOOL = '_alarm';

/** Time of the next alarm in unix milliseconds, rounded up; undefined where there is none. */
export function nextAlarm(db: ScopeDatabase): number | undefined {
  const at = db.get<{ at: number | null }>(NEXT)?.at;
  return at === null || at === undefined ? undefined : Math.ceil(at / 1e6);
}

/** Sets the alarm to `at` (unix nanoseconds), or leaves it where it rings earlier. */
export function setAlarmBy(db: ScopeDatabase, name: string, at: bigint): void {
  db.run(BY, name, at);
}

/** Takes the alarms that are due off the list. @returns their names. */
export function takeDueAlarms(db: ScopeDatabase, at: bigint): string[] {
  const due = db.all<{ name: string }>(DUE, at);
  for (const { name } of due) db.run(TAKE, name);
  return due.map(({ name }) => name);
}

/** Files that name scopes in which something waits to be done, as those with an alarm: `<data>/<what>/<key>`. */
export class ScopeMarkers {
  private readonly folder: string;

  constructor(dataDir: string, what: 'alarms' | 'runs') {
    this.folder = path.join(dataDir, what);
  }

  /** Called before the commit that has it wait: a marker without an alarm does no harm, an alarm without one is lost. */
  add(key: string): void {
    mkdirSync(this.folder, { recursive: true });
    closeSync(openSync(this.fileOf(key), 'w'));
    const folder = openSync(this.folder, 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  /** Called when it is durable that there is none. */
  remove(key: string): void {
    rmSync(this.fileOf(key), { force: true });
  }

  /** Keys of all marked scopes. */
  list(): string[] {
    try {
      return readdirSync(this.folder).map((name) => name.replaceAll('@', '/'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** A key has no `@`: it is escaped in the parts of keys. */
  private fileOf(key: string): string {
    return path.join(this.folder, key.replaceAll('/', '@'));
  }
}
