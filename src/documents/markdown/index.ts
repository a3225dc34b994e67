export { parseMarkdown } from './parse.js';
export { renderMarkdown, type RenderOptions } from './render.js';
export { MarkdownError, type MarkdownChunk, type MarkdownEdge, type MarkdownTree } from './types.js';
