import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import TurndownService from 'turndown';

/** What a page says, without what surrounds it. */
export interface ReadablePage {
  readonly title: string;
  readonly byline?: string;
  /** Markdown. */
  readonly text: string;
}

/** A page of more elements is no text to read. */
const MAX_ELEMENTS = 100_000;

/** The article of a page, or all its text where it has none. @throws where the page is not to be parsed. */
export function readablePage(html: string, url: string): ReadablePage {
  const { document } = parseHTML(html);
  for (const link of document.querySelectorAll('a[href]')) {
    const href = link.getAttribute('href') ?? '';
    if (URL.canParse(href, url)) link.setAttribute('href', new URL(href, url).href);
  }
  const title = (document.title ?? '').trim();
  // Readability takes the document apart: what there is without it is kept first.
  const body = document.body?.cloneNode(true) ?? document.documentElement;
  const article = new Readability<Node>(document as unknown as Document, { maxElemsToParse: MAX_ELEMENTS, serializer: (node) => node }).parse();
  const byline = article?.byline?.trim();
  const content = (article?.content ?? body) as unknown as TurndownService.Node;
  return { title: article?.title?.trim() || title, ...(byline ? { byline } : {}), text: markdown().turndown(content).trim() };
}

type Node = unknown;
type Document = ConstructorParameters<typeof Readability>[0];

function markdown(): TurndownService {
  const service = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' });
  service.remove(['script', 'style', 'noscript', 'iframe', 'form']);
  service.remove((node) => node.nodeName === 'SVG' || node.nodeName === 'svg');
  return service;
}

/** The text of bytes, in the encoding that the server or the page itself says. */
export function decode(body: Uint8Array, contentType: string): string {
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 2048)).toString('latin1');
  const [, said] = /charset\s*=\s*["']?([\w-]+)/i.exec(contentType) ?? (contentType.includes('html') ? /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(head) : null) ?? [];
  try {
    return new TextDecoder(said ?? 'utf-8').decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}
