/** Tokens of SQL that matter for judging it: names and strings, as SQLite's own tokenizer reads them. */
export interface SqlToken {
  kind: 'word' | 'quoted' | 'string' | 'semicolon' | 'other';
  /** Name or string without its quotes. */
  text: string;
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(;)|[\s\S]/g;

export function tokenize(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (const match of sql.matchAll(TOKEN)) {
    const [, string, double, backtick, bracket, word, semicolon] = match;
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'") });
    else if (double !== undefined) tokens.push({ kind: 'quoted', text: double.replaceAll('""', '"') });
    else if (backtick !== undefined) tokens.push({ kind: 'quoted', text: backtick.replaceAll('``', '`') });
    else if (bracket !== undefined) tokens.push({ kind: 'quoted', text: bracket });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (semicolon !== undefined) tokens.push({ kind: 'semicolon', text: ';' });
    else if (!isBlank(match[0])) tokens.push({ kind: 'other', text: match[0] });
  }
  return tokens;
}

function isBlank(text: string): boolean {
  return /^(\s|--|\/\*)/.test(text);
}
