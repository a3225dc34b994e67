import { closeSync, fdatasync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { MIGRATIONS } from './schema/index.js';

export type Synchronous = 'FULL' | 'NORMAL' | 'OFF';

/** Pages in the WAL before a commit also checkpoints: large, so that few batches pay for it. */
const CHECKPOINT_PAGES = 4000;

/** A scope file opened by its writer: the connection, its prepared statements and its commit. */
export class ScopeDatabase {
  readonly connection: Database.Database;
  /** Counts the statements run by `run`: whether an operation wrote anything shows in it. */
  writes = 0;
  private readonly statements = new Map<string, Database.Statement<unknown[]>>();
  private walFd: number | undefined;

  private constructor(
    readonly file: string,
    private readonly synchronous: Synchronous,
  ) {
    this.connection = new Database(file, { timeout: 5000 });
  }

  static open(file: string, synchronous: Synchronous): ScopeDatabase {
    makeDirectoryDurable(path.dirname(file));
    const database = new ScopeDatabase(file, synchronous);
    try {
      database.configure();
      migrate(database.connection);
    } catch (error) {
      database.connection.close();
      throw error;
    }
    return database;
  }

  private configure(): void {
    const { connection } = this;
    connection.pragma('journal_mode = WAL');
    connection.pragma(`synchronous = ${this.synchronous}`);
    connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    connection.pragma('temp_store = MEMORY');
  }

  /** A prepared statement, made once per text. Texts are constants of the code, never of a caller. */
  statement(sql: string): Database.Statement<unknown[]> {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.connection.prepare<unknown[]>(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  get<Row>(sql: string, ...params: unknown[]): Row | undefined {
    return this.statement(sql).get(...params) as Row | undefined;
  }

  all<Row>(sql: string, ...params: unknown[]): Row[] {
    return this.statement(sql).all(...params) as Row[];
  }

  /** @returns the number of rows changed. */
  run(sql: string, ...params: unknown[]): number {
    this.writes += 1;
    return this.statement(sql).run(...params).changes;
  }

  /** @returns the rowid of the row that was inserted. */
  insert(sql: string, ...params: unknown[]): number {
    this.writes += 1;
    return Number(this.statement(sql).run(...params).lastInsertRowid);
  }

  /** Reads with a text that is made for one call and not kept. */
  once<Row>(sql: string, params: readonly unknown[]): IterableIterator<Row> {
    return this.connection.prepare<unknown[]>(sql).iterate(...params) as IterableIterator<Row>;
  }

  /** Changes the schema. */
  define(sql: string): void {
    this.writes += 1;
    this.connection.exec(sql);
  }

  /** Runs a statement that governs the transaction. */
  control(sql: string): void {
    this.statement(sql).run();
  }

  begin(): void {
    this.control('BEGIN IMMEDIATE');
  }

  /** Commits as durably as `storage.synchronous` says, unless `deferSync` says otherwise. */
  commit(): void {
    this.control('COMMIT');
  }

  rollback(): void {
    if (this.connection.inTransaction) this.control('ROLLBACK');
  }

  /**
   * Makes commits leave the sync to `sync`, which is as durable as FULL when it is awaited before anyone
   * is answered. Used where one drain commits many scopes, so that their syncs overlap: SQLite still syncs
   * the log by itself before a checkpoint and when it begins the log anew.
   */
  deferSync(deferred: boolean): void {
    if (this.synchronous === 'FULL') this.connection.exec(`PRAGMA synchronous = ${deferred ? 'NORMAL' : 'FULL'}`);
  }

  /** Waits until all commits so far are on disk. */
  async sync(): Promise<void> {
    if (this.synchronous !== 'FULL') return;
    // SQLite keeps its locks on the database file and the shared-memory file, never on the log:
    // a descriptor of our own on the log cannot drop them.
    this.walFd ??= openSync(`${this.file}-wal`, 'r');
    const fd = this.walFd;
    await new Promise<void>((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())));
  }

  close(): void {
    if (this.walFd !== undefined) closeSync(this.walFd);
    this.walFd = undefined;
    this.connection.close();
  }
}

function migrate(connection: Database.Database): void {
  const version = connection.pragma('user_version', { simple: true }) as number;
  if (version > MIGRATIONS.length) {
    throw new Error(
      `this file has schema version ${version}, this release knows ${MIGRATIONS.length}: run a newer release`,
    );
  }
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    connection.transaction(() => {
      connection.exec(MIGRATIONS[next]!);
      connection.pragma(`user_version = ${next + 1}`);
    })();
  }
}

/** Creates the directory and syncs each new entry, so that a crash cannot lose a file that was acknowledged. */
export function makeDirectoryDurable(directory: string): void {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined) return;
  for (let at = directory; ; at = path.dirname(at)) {
    const fd = openSync(path.dirname(at), 'r');
    fsyncSync(fd);
    closeSync(fd);
    if (at === first) return;
  }
}
