export { parseMarkdown } from './parse.js';
export { renderMarkdown, type RenderOptions } from './render.js';
export { normalizeLines } from './text.js';
export { normalizeTitle, UNTITLED } from './title.js';
export { MarkdownError, PREAMBLE_TYPE } from './types.js';
export type { MarkdownBase, MarkdownChunk, MarkdownEdge, MarkdownTree } from './types.js';
