import { z } from 'zod';
import type { ToolResultPart } from '../model.js';
import type { Reply } from '../replying-model.js';

/** What somebody wants to see of documents. */
export type DocumentCommand =
  | { readonly show: 'list' }
  /** `outline` is titles only, `text` has the bodies. */
  | { readonly show: 'outline' | 'text'; readonly by: 'path' | 'id' | 'title'; readonly which: string };

const LIST = /^(please )?(list|show|which|what)( me| are)?( all)?( the| my| our)? documents( are there| do (we|i) have)?[.?!]?$/i;
const ONE = /^(please )?(show|read|open|outline|summari[sz]e the outline of)( me)?( the| an?)?( outline of)?( the| my)?( document)? ?(.*?)[.?!]?$/i;
const CONTEXT = /\[context\]([\s\S]*?)\[\/context\]/g;
const SELECTED = /document_id["']?\s*[:=]\s*["']?([A-Za-z0-9_-]+)/;

/**
 * Reads a command about documents out of what somebody wrote; undefined where it is none.
 *
 * @param open id of the document that they have open, where a block in what they wrote does not name one
 */
export function documentCommand(prompt: string, open?: string): DocumentCommand | undefined {
  const context = [...prompt.matchAll(CONTEXT)].map(([, text]) => text).join('\n');
  const said = prompt.replaceAll(CONTEXT, '').trim();
  if (LIST.test(said)) return { show: 'list' };
  const match = ONE.exec(said);
  if (!match) return undefined;
  const show = /outline/i.test(said) ? 'outline' : 'text';
  const which = match[8]!.trim().replace(/^["'“](.+)["'”]$/, '$1');
  const selected = SELECTED.exec(context)?.[1] ?? open;
  if (/^(it|this|this one|this document|)$/i.test(which)) return selected === undefined ? undefined : { show, by: 'id', which: selected };
  if (/^\/\S+$/.test(which)) return { show, by: 'path', which };
  // Without the word or quotes it may be about anything.
  return match[7] !== undefined || /["'“]/.test(said) || show === 'outline' ? { show, by: 'title', which } : undefined;
}

const DOCUMENT = z.object({ document_id: z.string(), title: z.string(), root_chunk_id: z.string(), path: z.string(), chunk_count: z.number() });
const LISTED = z.object({ documents: z.array(DOCUMENT), next_cursor: z.string().optional() });
const SUBTREE = z.object({ chunks: z.array(z.object({ title: z.string(), depth: z.number(), body: z.string().optional() })), truncated: z.boolean() });

/** The next call of Document for a command, or what its results say. `results` are those since the command. */
export function documentStep(command: DocumentCommand, results: readonly ToolResultPart[]): Reply {
  const failed = results.find((result) => result.is_error);
  if (failed) return { text: `Document refused that: ${failed.output}` };
  const [first, second] = results;
  if (command.show === 'list') return first ? { text: listText(parsed(first, LISTED)) } : call({ op: 'list_documents' });
  if (!first) return call(command.by === 'title' ? { op: 'list_documents' } : { op: 'get_document', [command.by]: command.which });
  if (second) return { text: treeText(parsed(second, SUBTREE)) };
  const document = command.by === 'title' ? titled(command.which, parsed(first, LISTED)) : parsed(first, DOCUMENT);
  if (!document) return { text: `No document is called "${command.which}". ${listText(parsed(first, LISTED))}` };
  return call({ op: 'get_subtree', id: document.root_chunk_id, include_body: command.show === 'text' });
}

function call(input: Record<string, unknown>): Reply {
  return { tool_calls: [{ name: 'Document', input }] };
}

function parsed<T>({ output }: ToolResultPart, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(output)).data;
  } catch {
    return undefined;
  }
}

function titled(title: string, listed: z.infer<typeof LISTED> | undefined): z.infer<typeof DOCUMENT> | undefined {
  return listed?.documents.find((document) => document.title.toLowerCase() === title.toLowerCase());
}

const UNREADABLE = 'The answer of Document could not be read.';

function listText(listed: z.infer<typeof LISTED> | undefined): string {
  if (!listed) return UNREADABLE;
  const { documents, next_cursor: more } = listed;
  if (documents.length === 0) return 'There are no documents.';
  const lines = documents.map(({ title, path, chunk_count: chunks }) => `- ${title} (${path}, ${chunks} ${chunks === 1 ? 'chunk' : 'chunks'})`);
  return [`${more === undefined ? '' : 'The first '}${documents.length} ${documents.length === 1 ? 'document' : 'documents'}:`, ...lines].join('\n');
}

function treeText(tree: z.infer<typeof SUBTREE> | undefined): string {
  if (!tree) return UNREADABLE;
  const lines = tree.chunks.map(({ title, depth, body }) => {
    const head = body === undefined ? `${'  '.repeat(depth)}- ${title}` : `${'#'.repeat(Math.min(6, depth + 1))} ${title}`;
    return body === undefined || body.trim() === '' ? head : `${head}\n\n${body.trim()}`;
  });
  const isText = tree.chunks.some(({ body }) => body !== undefined);
  return [...lines, ...(tree.truncated ? ['(There is more.)'] : [])].join(isText ? '\n\n' : '\n');
}
