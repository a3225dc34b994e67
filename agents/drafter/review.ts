import { findInventions, visibleText, type Sources } from '../writing/facts.js';
import { renderBody, type Draft } from './layout.js';
import type { WriteRequest } from './offline-writer.js';
import { checkDraft } from './platforms.js';

/**
 * What is wrong with a draft, a sentence each: the rules of its platform first, then what it says that neither the
 * post nor the person's words do.
 */
export function reviewDraft(draft: Draft, request: WriteRequest): string[] {
  const { platform, post, brief } = request;
  const rules = checkDraft(platform, renderBody(draft, brief), post.link).map(({ message }) => message);
  const sources = sourcesOf(request);
  const inventions = draft.posts.flatMap(({ text }) => findInventions(text.replaceAll(post.link, ' '), sources));
  return [...new Set([...rules, ...inventions.map(({ message }) => message)])];
}

function sourcesOf({ post, brief = '', title = '' }: WriteRequest): Sources {
  return {
    facts: { name: 'the post or the brief', text: [title, post.title, visibleText(post.text), brief].join('\n') },
    tags: { name: 'the brief', text: brief },
  };
}
