import { Refusal } from '../errors.js';
import { EXPOSED_TABLES } from '../storage/schema/index.js';
import { tokenize, type SqlToken } from './tokens.js';

const STARTS = ['select', 'with', 'values', 'explain'];

/** The runtime's own tables and the schema. */
const HIDDEN_TABLE = /^(loom_|sqlite_)/;
/** Table-valued functions that tell of the host or of storage, and functions that reach out. */
export const HIDDEN_FUNCTION = /^(pragma_.*|dbstat|bytecode|tables_used|load_extension|fts3_tokenizer)$/;
/** What stands before a table's name. */
export const BEFORE_TABLE = new Set(['from', 'join', ',', '(', '.']);

/**
 * Judges a statement by its names; `requireExposedPages` then judges it once more by what it compiles to.
 * A table can only be reached by naming it. SQLite also takes a string for a name where a name has to
 * stand, so that strings count in such places, and only for what the second judgement cannot see.
 *
 * @throws Refusal `sql_refused` for anything but one reading statement over what is exposed.
 */
export function judgeSql(sql: string): void {
  const tokens = tokenize(sql);
  while (tokens.at(-1)?.kind === 'semicolon') tokens.pop();
  if (tokens.some((token) => token.kind === 'semicolon')) throw refused('only one statement at a time');
  const first = tokens[0];
  if (first?.kind !== 'word' || !STARTS.includes(first.text.toLowerCase())) {
    throw refused('only SELECT, WITH, VALUES or EXPLAIN can be asked here; use the other ops to write');
  }
  for (const [index, token] of tokens.entries()) {
    if (isHidden(token, tokens[index - 1])) {
      throw refused(`"${token.text}" is not to be read here; the tables are ${EXPOSED_TABLES.join(', ')}`);
    }
  }
}

function isHidden({ kind, text }: SqlToken, before: SqlToken | undefined): boolean {
  const name = text.toLowerCase();
  if (kind === 'word' || kind === 'quoted') return HIDDEN_TABLE.test(name) || HIDDEN_FUNCTION.test(name);
  if (kind === 'string') return HIDDEN_FUNCTION.test(name) && BEFORE_TABLE.has(before?.text.toLowerCase() ?? '');
  return false;
}

export function refused(why: string): Refusal {
  return new Refusal('sql_refused', `sql: ${why}`);
}
