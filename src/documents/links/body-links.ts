import { fold } from './fold.js';

export const LINK_KINDS = ['link', 'embed'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** A link as a body holds it. */
export interface BodyLink {
  kind: LinkKind;
  /** What it leads to, folded: a title, an id, or a document's title, `#` and a title. */
  target: string;
  /** The link as it stands in the body. */
  written: string;
  /** Of a target with `#` what stands before the last one, folded; "" for the own document. */
  in_document: string | null;
  /** And what stands behind it, folded. */
  heading: string | null;
}

/** How many links are read from one body, repeated ones among them. */
export const MAX_LINKS = 1000;

/** `[[target]]`, `[[target|alias]]` or `![[target]]`, on one line. */
export const LINK = /(!?)\[\[((?:(?!\[\[|\]\](?!\]))[^\n]){1,4000})\]\]/g;
const ESCAPED = /\\([!-/:-@[-`{-~])/g;

/**
 * The links of a body, each target once, in their order.
 *
 * @param shown the body as `hideCode` shows it.
 */
export function linksOf(body: string, shown: string): BodyLink[] {
  const links = new Map<string, BodyLink>();
  let read = 0;
  for (const { 0: match, 1: bang, index } of shown.matchAll(LINK)) {
    if (++read > MAX_LINKS) break;
    const written = body.slice(index, index + match.length);
    const target = fold(targetOf(written));
    if (target === '') continue;
    const kind = bang === '!' ? 'embed' : 'link';
    const key = `${kind} ${target}`;
    if (!links.has(key)) links.set(key, { kind, target, written, ...partsOf(target) });
  }
  return [...links.values()];
}

/** What stands in a link before its alias. */
export function targetOf(written: string): string {
  // In a table the bar has a backslash before it.
  const [target] = written.slice(written.indexOf('[[') + 2, -2).split(/\\?\|/, 1) as [string];
  return target.replaceAll(ESCAPED, '$1').trim();
}

function partsOf(target: string): Pick<BodyLink, 'in_document' | 'heading'> {
  const [, before, heading] = /^(.*)#([^#]+#*)$/.exec(target) ?? [];
  if (before === undefined || heading === undefined || heading.trim() === '') return { in_document: null, heading: null };
  return { in_document: before.trim(), heading: heading.trim() };
}
