import type { ScopeDatabase } from '../../storage/scope-database.js';
import { chunkById } from '../rows.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { snippetOf } from './snippet.js';

/** A chunk whose body names another's title without a link to it. */
export interface Mention {
  id: string;
  title: string;
  document_id: string;
  document_title: string;
  snippet: string;
}

interface MentionRow extends Omit<Mention, 'snippet'> {
  place: number;
  body: string;
}

/** Most rows, and about the most characters, that one call reads. */
const MAX_ROWS = 2000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

const SCAN = `SELECT c.rowid AS place, c.id, c.title, c.document_id, c.body, d.title AS document_title
  FROM chunks c JOIN documents d ON d.id = c.document_id
  WHERE c.rowid > ? AND c.id <> ? AND NOT EXISTS (SELECT 1 FROM chunk_edges e WHERE e.from_id = c.id AND e.to_id = ?)
  ORDER BY c.rowid LIMIT ?`;

/** Scripts that put no space between words: there a word ends wherever it ends. */
const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'].map((script) => String.raw`\p{sc=${script}}`).join('');
const SPACED_WORD = new RegExp(String.raw`^(?![${UNSPACED}])[\p{L}\p{M}\p{N}_]$`, 'u');

/**
 * Chunks that mention the title of a chunk and do not link to it, in order of creation. One call reads a
 * bounded part of the scope: with `next_cursor` there is more to read, also where it found nothing.
 */
export function unlinkedMentions(
  db: ScopeDatabase,
  query: { id: string; limit: number; cursor?: string | undefined },
): { mentions: Mention[]; next_cursor?: string } {
  const { title } = chunkById(db, query.id);
  const [after] = decodeCursor<[number]>('unlinked_mentions', query.cursor, [0]);
  const pattern = patternOf(title);
  const mentions: Mention[] = [];
  let [rows, characters, place] = [0, 0, after];
  const scan = db.statement(SCAN).iterate(after, query.id, query.id, MAX_ROWS) as IterableIterator<MentionRow>;
  for (const row of scan) {
    rows += 1;
    characters += row.body.length;
    place = row.place;
    const body = row.body.normalize('NFC');
    const found = findWord(pattern, body);
    if (found) {
      const { id, title, document_id, document_title } = row;
      mentions.push({ id, title, document_id, document_title, snippet: snippetOf(body, found.start, found.end) });
    }
    if (mentions.length === query.limit || characters >= MAX_CHARACTERS) return { mentions, next_cursor: encodeCursor([place]) };
  }
  return { mentions, ...(rows === MAX_ROWS ? { next_cursor: encodeCursor([place]) } : {}) };
}

function patternOf(title: string): RegExp {
  const words = title.normalize('NFC').split(/\s+/).map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`));
  return new RegExp(words.join(String.raw`\s+`), 'giu');
}

/** The first match that is not a part of a longer word. */
function findWord(pattern: RegExp, text: string): { start: number; end: number } | undefined {
  for (const { 0: match, index: start } of text.matchAll(pattern)) {
    const end = start + match.length;
    const inWord = joins(charBefore(text, start), charAt(text, start)) || joins(charBefore(text, end), charAt(text, end));
    if (!inWord) return { start, end };
  }
  return undefined;
}

function joins(left: string, right: string): boolean {
  return SPACED_WORD.test(left) && SPACED_WORD.test(right);
}

function charAt(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function charBefore(text: string, index: number): string {
  return [...text.slice(Math.max(index - 2, 0), index)].at(-1) ?? '';
}
