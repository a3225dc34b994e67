import { ErrorCode, McpError, type CompleteRequestParams, type CompleteResult } from '@modelcontextprotocol/sdk/types.js';
import { Refusal } from '../../errors.js';
import { hasScope, type Principal } from '../../identity/principal.js';
import type { Dispatcher } from '../../operations/dispatcher.js';
import { TEMPLATES, type Owner } from './addresses.js';
import type { Prompt } from './prompts.js';

/** As many values as an answer may have. */
const MOST = 100;

const NOTHING: CompleteResult = { completion: { values: [], total: 0, hasMore: false } };

/** What is found by the beginning of its id, or by a part of its title. `instr` has no wildcards to escape. */
function finding(table: 'documents' | 'chunks'): string {
  return `SELECT id, count(*) OVER () FROM ${table} WHERE id LIKE ? || '%' OR instr(lower(title), ?) > 0 ORDER BY updated_at DESC, id LIMIT ${MOST}`;
}

const QUERIES = { document_id: finding('documents'), chunk_id: finding('chunks') } as const;

/**
 * Ids of documents and chunks for the variables of templates and the arguments of prompts.
 *
 * @throws McpError -32602 for a template or prompt that there is not
 */
export async function complete(
  dispatcher: Dispatcher,
  principal: Principal,
  prompts: readonly Prompt[],
  { ref, argument, context }: CompleteRequestParams,
): Promise<CompleteResult> {
  const { name, value } = argument;
  let owner: Owner = { scope: 'user' };
  if (ref.type === 'ref/resource') {
    const template = TEMPLATES.find(({ uri }) => uri === ref.uri);
    if (!template) throw new McpError(ErrorCode.InvalidParams, `there is no template ${ref.uri}: resources/templates/list names them`);
    const agent = context?.arguments?.agent;
    if (template.scope === 'agent' && agent === undefined) return NOTHING;
    owner = template.scope === 'agent' ? { scope: 'agent', agent: agent! } : { scope: template.scope };
  } else if (!prompts.some((prompt) => prompt.name === ref.name)) {
    throw new McpError(ErrorCode.InvalidParams, `there is no prompt ${JSON.stringify(ref.name)}: prompts/list names them`);
  }
  if (!isCompleted(name) || !hasScope(principal, 'documents:read')) return NOTHING;
  const text = value.toLowerCase();
  const input = { op: 'query_chunks', ...owner, sql: QUERIES[name], args: [/^[0-9a-f]*$/.test(text) ? text : '-', text] };
  try {
    const { rows } = (await dispatcher.call({ principal, transport: 'mcp', tool: 'document', input })) as { rows: [string, number][] };
    const total = rows[0]?.[1] ?? 0;
    return { completion: { values: rows.map(([id]) => id), total, hasMore: total > rows.length } };
  } catch (error) {
    // There is nothing to offer of what the principal may not read; anything else is worth to be known.
    if (error instanceof Refusal && (error.reason === 'forbidden' || error.reason === 'scope_unsupported')) return NOTHING;
    throw error;
  }
}

function isCompleted(name: string): name is keyof typeof QUERIES {
  return Object.hasOwn(QUERIES, name);
}
