import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOOL_FORBIDDEN } from '../../../src/front/mcp/classification.js';
import { OPERATIONS } from '../../../src/operations/registry.js';
import { INPUTS, type Ids } from '../../operations/inputs/index.js';
import { McpClient } from '../../support/mcp.js';
import type { TestServer } from '../../support/server.js';
import { callTool } from '../../support/tools.js';
import { OPERATION_ROWS } from './operation-rows.js';
import { ALONE, bearer, CALLERS, entryOf, entryOfStatus, FOREIGN, OTHER, startWithAll, TENANT, type Caller, type Entry } from './principals.js';

// Every op of every tool, asked by everybody. A new op without a row fails.

let server: TestServer;
const doors = new Map<string, McpClient>();
const overMcp = [...ALONE.filter(({ name }) => ['documents:read', 'documents:write', 'channel:read', 'memory:write'].includes(name)), TENANT];

beforeAll(async () => {
  server = await startWithAll();
  for (const { name, token } of overMcp) doors.set(name, await McpClient.connect(server, token));
});
afterAll(async () => {
  for (const client of doors.values()) await client.close();
  await server.stop();
});

const PUBLIC = OPERATIONS.filter(({ internal }) => !internal).map(({ tool, op }) => ({ name: `${tool} ${op}`, tool, op }));

test('every op has a row, and every row an op', () => {
  expect(Object.keys(OPERATION_ROWS).toSorted()).toEqual(PUBLIC.map(({ name }) => name).toSorted());
});

async function call(tool: string, op: string, caller: Caller, input: Record<string, unknown> = {}): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/v1/_${tool}`, { method: 'POST', headers: bearer(caller), body: JSON.stringify({ op, ...input }) });
  return { status: response.status, text: await response.text() };
}

/** A tool of administrators is hidden from all others; an op that the caller may not call answers with a refusal. */
async function entryOverMcp(caller: Caller, tool: string, op: string): Promise<Entry> {
  try {
    const { structuredContent, isError } = await doors.get(caller.name)!.call(tool, { op });
    return isError === true && structuredContent.reason === 'forbidden' ? 'forbidden' : 'in';
  } catch (error) {
    if (error instanceof McpError && error.code === (TOOL_FORBIDDEN as number)) return 'forbidden';
    throw error;
  }
}

test.each(PUBLIC)('$name lets in whom its row says', async ({ name, tool, op }) => {
  const [requirement] = OPERATION_ROWS[name]!;
  const actual: Record<string, Entry> = {};
  for (const caller of CALLERS) actual[caller.name] = entryOfStatus((await call(tool, op, caller)).status);
  expect(actual).toEqual(Object.fromEntries(CALLERS.map((caller) => [caller.name, entryOf(caller, requirement)])));
  for (const caller of overMcp) {
    expect([caller.name, await entryOverMcp(caller, tool, op)]).toEqual([caller.name, entryOf(caller, requirement)]);
  }
});

test.each(PUBLIC)('$name of what is another’s', async ({ name, tool, op }) => {
  const [, ofSubject, ofTenant] = OPERATION_ROWS[name]!;
  const actual: Record<string, string> = {};
  for (const caller of [OTHER, FOREIGN]) {
    const ids = await freshIds();
    const own = (tool: string, input: Record<string, unknown>): Promise<unknown> => callTool(server, tool, input);
    const input = await INPUTS[name]!(ids, server, own);
    const before = await whatIsThere(ids);
    const { status, text } = await call(tool, op, caller, input);
    expect(await whatIsThere(ids)).toEqual(before);
    actual[caller.name] = status === 200 ? 'answered' : status === 403 ? 'forbidden' : 'refused';
    if (status === 200) for (const title of ['Secret plan', 'Secret chunk']) expect(text).not.toContain(title);
    expect(status).toBeLessThan(500);
  }
  expect(actual).toEqual({ [OTHER.name]: ofSubject, [FOREIGN.name]: ofTenant });
});

async function freshIds(): Promise<Ids> {
  const { document_id: document } = await server.document<{ document_id: string }>('create_document', { title: 'Secret plan' });
  const { document_id: spare } = await server.document<{ document_id: string }>('create_document', { title: 'Secret plan' });
  const { id: chunk } = await server.document<{ id: string }>('create_chunk', { document_id: document, title: 'Secret chunk' });
  return { document, spare, chunk };
}

/** The documents as their owner sees them. */
function whatIsThere({ document, spare, chunk }: Ids): Promise<unknown[]> {
  return Promise.all([
    server.call('get_chunk', { id: chunk }),
    server.call('get_subtree', { id: chunk }),
    server.call('get_document', { id: document }),
    server.call('get_document', { id: spare }),
  ]);
}
