import { MAX_TITLE } from '../limits.js';
import type { TextForm } from './format.js';

const FIRST_LINE = /^(?:(#{1,6}) )?([^\n]+)(?:(\n+)([^]*))?$/;
const DERIVED_TITLE = 200;

/** Title of a group without a label. */
export const NO_LABEL = 'Group';

export interface SplitText {
  title: string;
  body: string;
  /** How to put them together again where the usual way would give another text. */
  form?: TextForm;
}

/**
 * Title and body of a text node: its first line, a heading or not, and the rest. A text whose first line
 * cannot be a title is the body as a whole, and the title is taken from it.
 */
export function splitText(text: string): SplitText {
  const [, marks, title, blank = '', body = ''] = FIRST_LINE.exec(text) ?? [];
  if (title === undefined || title !== toTitle(title) || title.length > MAX_TITLE) {
    return { title: derivedTitle(text), body: text, form: { whole: true } };
  }
  const form = { heading: marks?.length ?? 0, gap: blank.length };
  const usual = form.heading === 1 && form.gap === usualGap(body);
  return { title, body, ...(usual ? {} : { form }) };
}

/** The text of a chunk. It is the text that the chunk was made of, unless the chunk has changed. */
export function joinText(title: string, body: string, form: TextForm = {}): string {
  if (form.whole === true && derivedTitle(body) === title) return body;
  const { heading = 1, gap = usualGap(body) } = form;
  const marks = heading === 0 && !/^#{1,6} /.test(title) ? '' : `${'#'.repeat(heading || 1)} `;
  const lines = body === '' ? gap : gap || usualGap(body);
  return `${marks}${title}${'\n'.repeat(lines)}${body}`;
}

/** A title of any text, of its first line that is not blank. */
export function derivedTitle(text: string, fallback = 'Untitled'): string {
  const line = text.split('\n').find((each) => toTitle(each) !== '') ?? '';
  return toTitle(toTitle(line).replace(/^#{1,6} /, '').slice(0, DERIVED_TITLE)) || fallback;
}

function toTitle(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function usualGap(body: string): number {
  return body === '' ? 0 : 2;
}
