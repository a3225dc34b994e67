import { ErrorCode, McpError, type GetPromptResult, type Prompt as WirePrompt, type PromptMessage } from '@modelcontextprotocol/sdk/types.js';
import { hasScope, type Principal } from '../../identity/principal.js';
import type { Skill } from '../../bundles/skills.js';
import { formatAddress, parseAddress } from './addresses.js';
import type { Resources } from './resources.js';

export interface PromptArgument {
  readonly name: string;
  readonly description?: string | undefined;
  readonly required?: boolean | undefined;
}

/**
 * A prompt: `{{name}}` in its body stands for an argument. What the arguments `document_id` and `chunk_id`
 * name (an id, or the address of a resource) goes along as an embedded resource.
 */
export interface Prompt {
  readonly name: string;
  readonly description: string;
  readonly body: string;
  readonly arguments?: readonly PromptArgument[] | undefined;
}

const DOCUMENT: PromptArgument = { name: 'document_id', description: 'Id or address of the document', required: true };
const CHUNK: PromptArgument = { name: 'chunk_id', description: 'Id or address of the chunk', required: true };

/** The prompts that are there without any bundle. */
export const BUILT_IN: readonly Prompt[] = [
  {
    name: 'draft_chunk',
    description: 'Write the body of a chunk from its title, fields and document',
    body: `Write the body of the chunk {{chunk_id}}, which follows. Read its whole document first (the chunk has the
document_id), and keep to its tone. Do not invent facts: where one is missing, ask. Save the draft with the revision that
you read; after a revision conflict take the current chunk and apply your draft to it.`,
    arguments: [CHUNK],
  },
  {
    name: 'review_chunk',
    description: 'Review a chunk: what is wrong, unclear or missing',
    body: `Review the chunk {{chunk_id}}, which follows. Name what is wrong, unclear or missing, each with the place and a
better wording, the most important first. Say so where there is nothing. Change nothing unless you are asked to.`,
    arguments: [CHUNK],
  },
  {
    name: 'weekly_digest',
    description: 'Sum up what happened in a document in the last week',
    body: `Sum up the last seven days of the document {{document_id}}, which follows: what was finished, what is under way,
what is stuck and on whom it waits. Use updated_at and status of query_chunks for what changed. Ten lines at most, links to
chunks by [[title]].`,
    arguments: [DOCUMENT],
  },
  {
    name: 'plan_week',
    description: 'Plan the next week from the open chunks of a document',
    body: `Plan the next seven days from the document {{document_id}}, which follows. Find the open chunks with query_chunks,
by status and date fields. Give each day what is due or ready, not more than fits; say what you leave out and why. Show the
plan first, and write it only when it was agreed to.`,
    arguments: [DOCUMENT],
  },
];

/** What a skill is about may go along with it. */
const ABOUT: readonly PromptArgument[] = [
  { name: 'document_id', description: 'Id or address of a document that goes along' },
  { name: 'chunk_id', description: 'Id or address of a chunk that goes along' },
];

/** The prompts built in, and one for each skill. Their names differ: no skill has `_` in its name. */
export function withSkills(skills: readonly Skill[]): readonly Prompt[] {
  return [...BUILT_IN, ...skills.map(({ name, description, body }) => ({ name, description, body, arguments: ABOUT }))];
}

const EMBEDDED = { document_id: 'documents', chunk_id: 'chunks' } as const;

/** The prompts that a principal can use: those that need a document, and arguments that name one, are for who may read it. */
export function promptsFor(principal: Principal, prompts: readonly Prompt[]): WirePrompt[] {
  return usable(principal, prompts).map(({ name, description, arguments: args = [] }) => ({
    name,
    description,
    ...(args.length === 0 ? {} : { arguments: args.map((each) => ({ ...each })) }),
  }));
}

/** @throws McpError -32602 for an unknown prompt or a missing argument, -32002 for a document or chunk that is not there */
export async function getPrompt(
  principal: Principal,
  prompts: readonly Prompt[],
  resources: Resources,
  name: string,
  values: Readonly<Record<string, string>>,
): Promise<GetPromptResult> {
  const prompt = usable(principal, prompts).find((each) => each.name === name);
  if (!prompt) throw new McpError(ErrorCode.InvalidParams, `there is no prompt ${JSON.stringify(name)}: prompts/list names them`);
  const { description, body, arguments: args = [] } = prompt;
  const missing = args.filter((each) => each.required && !values[each.name]).map((each) => each.name);
  if (missing.length > 0) throw new McpError(ErrorCode.InvalidParams, `the prompt ${name} needs ${missing.join(', ')}`);
  const text = body.replaceAll(/\{\{(\w+)\}\}/g, (all, key: string) => (args.some((each) => each.name === key) ? (values[key] ?? '') : all));
  const messages: PromptMessage[] = [{ role: 'user', content: { type: 'text', text } }];
  for (const { name: key } of args) {
    const value = values[key];
    if (value && isEmbedded(key)) messages.push(await embedded(principal, resources, key, value));
  }
  return { description, messages };
}

async function embedded(principal: Principal, resources: Resources, key: keyof typeof EMBEDDED, value: string): Promise<PromptMessage> {
  const uri = parseAddress(value) ? value : formatAddress({ scope: 'user', kind: EMBEDDED[key], id: value });
  return { role: 'user', content: { type: 'resource', resource: await resources.read(principal, uri) } };
}

function usable(principal: Principal, prompts: readonly Prompt[]): readonly Prompt[] {
  if (hasScope(principal, 'documents:read')) return prompts;
  const open = prompts.filter(({ arguments: args = [] }) => !args.some(({ name, required }) => required && isEmbedded(name)));
  return open.map((prompt) => ({ ...prompt, arguments: prompt.arguments?.filter(({ name }) => !isEmbedded(name)) }));
}

function isEmbedded(name: string): name is keyof typeof EMBEDDED {
  return Object.hasOwn(EMBEDDED, name);
}
