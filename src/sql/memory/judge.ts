import { BEFORE_TABLE, HIDDEN_FUNCTION, refused } from '../judge.js';
import { tokenize, type SqlToken } from '../tokens.js';

const READING = new Set(['select', 'with', 'values', 'explain', '(']);
const WRITING = new Set(['create', 'drop', 'alter', 'insert', 'update', 'delete', 'replace', 'with']);
const DEFINING = new Set(['create', 'drop', 'alter']);
/** Virtual tables that keep what they hold inside the file. */
const MODULES = new Set(['fts5', 'fts5vocab', 'fts4', 'rtree', 'rtree_i32', 'geopoly']);
/** The runtime's own tables in the file. */
const OWN_TABLE = /^loom_/;
/** Tokens of a CREATE in which the name of the new thing stands: `CREATE TABLE IF NOT EXISTS temp.x`. */
const CREATED_NAME = 8;

/**
 * Judges a statement on SQL memory by its words; what it compiles to is judged after it.
 *
 * @returns what it does: its first word, or after WITH the word that follows the common tables.
 * @throws Refusal `sql_refused`
 */
export function judgeMemorySql(sql: string, op: 'query' | 'exec'): string {
  const tokens = tokenize(sql);
  while (tokens.at(-1)?.kind === 'semicolon') tokens.pop();
  const words = tokens.map(({ text }) => text.toLowerCase());
  const [first = ''] = words;
  if (first === '') throw refused('the statement is empty');
  const named = tokens[0]!.kind === 'word' || first === '(';
  if (op === 'query' && !(named && READING.has(first))) {
    throw refused('sql_query takes SELECT, WITH, VALUES or EXPLAIN; sql_exec writes');
  }
  if (op === 'exec' && !(named && WRITING.has(first))) {
    throw refused(
      'sql_exec takes CREATE, DROP, ALTER, INSERT, UPDATE, DELETE, REPLACE or WITH; sql_query reads, and sql_begin, sql_commit and sql_rollback govern transactions',
    );
  }
  const isTrigger = first === 'create' && words[1] === 'trigger';
  if (!isTrigger && tokens.some((token) => token.kind === 'semicolon')) throw refused('only one statement at a time');
  if (first === 'create') requireKept(words);
  for (const [index, token] of tokens.entries()) {
    if (isHidden(token, tokens[index - 1], DEFINING.has(first))) throw refused(`"${token.text}" cannot be used here`);
  }
  return first === 'with' ? afterCommonTables(words) : first;
}

/** Whatever is made has to lie in the file: there are no temporary things, and no tables of another kind. */
function requireKept(words: readonly string[]): void {
  const name = words.slice(0, CREATED_NAME);
  if (['temp', 'temporary'].includes(words[1] ?? '') || name.some((word, at) => word === 'temp' && words[at + 1] === '.')) {
    throw refused('there are no temporary tables, views or triggers: leave TEMP out and drop it afterwards');
  }
  const module = words[1] === 'virtual' ? words[words.indexOf('using') + 1] : undefined;
  if (module !== undefined && !MODULES.has(module)) {
    throw refused(`virtual tables can be ${[...MODULES].join(', ')}, not "${module}"`);
  }
}

function isHidden({ kind, text }: SqlToken, before: SqlToken | undefined, defining: boolean): boolean {
  const name = text.toLowerCase();
  if (kind === 'word' || kind === 'quoted') return OWN_TABLE.test(name) || HIDDEN_FUNCTION.test(name);
  if (kind !== 'string') return false;
  // SQLite takes a string for a name where a name has to stand. Which pages a statement opens shows a hidden
  // table to the second judgement, but for statements that define something.
  return (defining && OWN_TABLE.test(name)) || (HIDDEN_FUNCTION.test(name) && BEFORE_TABLE.has(before?.text.toLowerCase() ?? ''));
}

function afterCommonTables(words: readonly string[]): string {
  let depth = 0;
  for (const word of words) {
    if (word === '(') depth += 1;
    if (word === ')') depth -= 1;
    if (depth === 0 && ['select', 'values', 'insert', 'update', 'delete', 'replace'].includes(word)) return word;
  }
  return 'with';
}
