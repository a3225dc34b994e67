import { Refusal } from '../errors.js';
import { EXPOSED_TABLES } from '../storage/schema.js';
import { tokenize } from './tokens.js';

const STARTS = ['select', 'with', 'values', 'explain'];

/**
 * Names that reach past the exposed tables: the runtime's own tables, the schema, and table-valued
 * functions that tell of the host or of storage. A table can only be reached by naming it, so that a
 * statement without these names cannot read them; `requireExposedPages` checks the same once more from
 * the compiled statement.
 */
const HIDDEN = /^(loom_|sqlite_|pragma_|fts[0-9]|rtree|geopoly)/;
const HIDDEN_NAMES = new Set(['dbstat', 'load_extension', 'readfile', 'writefile', 'bytecode', 'tables_used', 'completion']);

/** @throws Refusal `sql_refused` for anything but one reading statement over what is exposed. */
export function judgeSql(sql: string): void {
  const tokens = tokenize(sql);
  while (tokens.at(-1)?.kind === 'semicolon') tokens.pop();
  if (tokens.some((token) => token.kind === 'semicolon')) throw refused('only one statement at a time');
  const first = tokens[0];
  if (first?.kind !== 'word' || !STARTS.includes(first.text.toLowerCase())) {
    throw refused('only SELECT, WITH, VALUES or EXPLAIN can be asked here; use the other ops to write');
  }
  for (const { kind, text } of tokens) {
    // SQLite takes a string for a name where only a name can stand.
    if (kind === 'other') continue;
    const name = text.toLowerCase();
    if (HIDDEN.test(name) || HIDDEN_NAMES.has(name)) {
      throw refused(`"${text}" is not to be read here; the tables are ${EXPOSED_TABLES.join(', ')}`);
    }
  }
}

export function refused(why: string): Refusal {
  return new Refusal('sql_refused', `sql: ${why}`);
}
