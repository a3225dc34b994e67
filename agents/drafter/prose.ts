import MarkdownIt from 'markdown-it';
import { shorten } from './shorten.js';

/** One sentence of a post, as plain text. */
export interface Sentence {
  text: string;
  /** Index of the paragraph, from 0. */
  paragraph: number;
  /** How many headings stand before it, without the post's own title. */
  section: number;
}

const markdown = new MarkdownIt({ html: true, linkify: false });
const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|etc|approx|Dr|Mr|Mrs|Ms|St|No|Fig)\.$/;
/** No network has room for more; counting it again and again would take minutes. In UTF-16 units. */
const MAX_SENTENCE = 1000;
/** A post of 1000 words has about 60. What a very long text says after this many is not considered. */
const MAX_SENTENCES = 300;
type Token = ReturnType<typeof markdown.parse>[number];

/** The text of an inline run: links become their text, images and inline HTML nothing. */
function inlineText(token: Token): string {
  let text = '';
  for (const child of token.children ?? []) {
    if (child.type === 'text' || child.type === 'code_inline') text += child.content;
    else if (child.type === 'softbreak' || child.type === 'hardbreak') text += ' ';
  }
  return text.replaceAll(/\s+/g, ' ').trim();
}

function limit(sentence: string): string | undefined {
  if (sentence.length <= MAX_SENTENCE) return sentence;
  return shorten(sentence.slice(0, MAX_SENTENCE + 1), (text) => text.length <= MAX_SENTENCE);
}

function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  for (const { segment } of sentenceSegmenter.segment(text)) {
    const last = sentences.at(-1);
    if (last !== undefined && ABBREVIATION.test(last.trimEnd())) sentences[sentences.length - 1] = last + segment;
    else sentences.push(segment);
  }
  return sentences.flatMap((sentence) => limit(sentence.trim()) ?? []).filter((sentence) => sentence !== '');
}

/**
 * The prose of a Markdown text in its order: paragraphs and list items, split into sentences. Headings, code
 * blocks, tables, quotations (somebody else's words), images and HTML are left out.
 */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let paragraph = 0;
  let section = 0;
  let quoted = 0;
  let inParagraph = false;
  for (const token of markdown.parse(text, {})) {
    if (token.type === 'blockquote_open') quoted += 1;
    else if (token.type === 'blockquote_close') quoted -= 1;
    else if (token.type === 'heading_open' && token.tag !== 'h1') section += 1;
    else if (token.type === 'paragraph_open') inParagraph = true;
    else if (token.type === 'paragraph_close') inParagraph = false;
    if (token.type !== 'inline' || !inParagraph || quoted > 0) continue;
    const found = splitSentences(inlineText(token)).slice(0, MAX_SENTENCES - sentences.length);
    for (const sentence of found) sentences.push({ text: sentence, paragraph, section });
    if (found.length > 0) paragraph += 1;
  }
  return sentences;
}
