import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { OPERATIONS } from '../../src/operations/registry.js';
import { complaint, narrowed, resolved, type Json } from '../support/json-schema.js';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';

// The schemas that tools are listed with say of every op exactly what it takes and answers.

let server: TestServer;
let mcp: McpClient;
let tools: Map<string, Tool>;
beforeAll(async () => {
  server = await TestServer.start({ config: { channels: { findings: { scope: 'global', semantic: 'broadcast' } } } });
  mcp = await McpClient.connect(server);
  tools = new Map((await mcp.client.listTools()).tools.map((tool) => [tool.name, tool]));
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

const PUBLIC = OPERATIONS.filter(({ internal }) => !internal).map((operation) => ({ name: `${operation.tool} ${operation.op}`, operation }));

test.each(PUBLIC)('Q16: $name is exactly in the schemas of its tool', ({ operation: { tool, op, input, output } }) => {
  const { inputSchema, outputSchema } = tools.get(tool)! as unknown as { inputSchema: Json; outputSchema: Json };
  for (const [schema, declared, io] of [
    [inputSchema, input, 'input'],
    [outputSchema, output, 'output'],
  ] as const) {
    const ofOp = resolved(schema, (schema.$defs as Json)[op]);
    const wanted = z.toJSONSchema(declared, { io, unrepresentable: 'any' });
    expect(withoutNames(ofOp)).toEqual(withoutNames(resolved(wanted, wanted)));
  }
});

/** The name of the op stands as a constant, with or without its type. An empty list of required ones is none. */
function withoutNames(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === 'op' && typeof value === 'object' && value !== null && 'const' in value ? { const: value.const } : value))) as unknown;
}

test('no tool has a union at the top of a schema, which some models refuse', () => {
  for (const { inputSchema, outputSchema } of tools.values()) {
    for (const schema of [inputSchema, outputSchema!] as Json[]) {
      expect(schema.type).toBe('object');
      for (const union of ['oneOf', 'anyOf', 'allOf', 'not', '$ref']) expect(schema).not.toHaveProperty(union);
    }
  }
});

test('a property that ops take in several shapes has all of them', () => {
  const { inputSchema } = tools.get('document')! as unknown as { inputSchema: Json };
  const takes = (input: Json): string | undefined => complaint(inputSchema, input);
  expect(takes({ op: 'query_chunks', limit: 1000 })).toBeUndefined();
  expect(takes({ op: 'update_chunk', fields: { owner: 'x' } })).toBeUndefined();
  expect(takes({ op: 'define_type', fields: [{ name: 'owner', type: 'string' }] })).toBeUndefined();
  expect(takes({ op: 'get_chunk', colour: 'red' })).toContain('additional properties');
});

test('the schema of an op refuses what belongs to another', () => {
  const { inputSchema } = tools.get('document')! as unknown as { inputSchema: Json };
  const id = '0'.repeat(32);
  expect(complaint(narrowed(inputSchema, 'get_chunk'), { op: 'get_chunk', id })).toBeUndefined();
  expect(complaint(narrowed(inputSchema, 'get_chunk'), { op: 'get_chunk', id, markdown: '# A' })).toContain('additional properties');
  expect(complaint(narrowed(inputSchema, 'get_chunk'), { op: 'get_chunk' })).toContain('required');
  expect(complaint(narrowed(inputSchema, 'list_documents'), { op: 'list_documents', limit: 1000 })).toContain('<= 200');
  expect(complaint(narrowed(inputSchema, 'define_type'), { op: 'define_type', name: 't', fields: { owner: 'x' } })).toBeDefined();
});

test('a refusal is in the output schema of every tool', async () => {
  for (const { name, outputSchema } of tools.values()) {
    const { isError, structuredContent } = await mcp.call(name, name.includes('_channel') ? { channel: 7 } : { op: 'dance' });
    if (name === 'list_channels') continue;
    expect([name, isError]).toEqual([name, true]);
    // A tool of one op has no schemas by op.
    const schema = outputSchema!.$defs ? narrowed(outputSchema!, 'refusal') : outputSchema!;
    expect([name, complaint(schema, structuredContent)]).toEqual([name, undefined]);
  }
});

test('the flat channel tools answer what their schemas say', async () => {
  const where = { channel: 'findings', scope: 'global' };
  const calls: [string, Json][] = [
    ['publish_channel', { ...where, payload: 1 }],
    ['peek_channel', where],
    ['subscribe_channel', where],
    ['list_channels', {}],
  ];
  for (const [name, input] of calls) {
    const { inputSchema, outputSchema } = tools.get(name)!;
    expect([name, complaint(inputSchema, input)]).toEqual([name, undefined]);
    const { structuredContent } = await mcp.call(name, input);
    expect([name, complaint(outputSchema!, structuredContent)]).toEqual([name, undefined]);
    if (name === 'publish_channel') expect(structuredContent).toHaveProperty('msg_id');
    if (name !== 'subscribe_channel') continue;
    const acked = await mcp.call('ack_channel', { ...where, cursor: structuredContent.next_cursor });
    expect(complaint(tools.get('ack_channel')!.outputSchema!, acked.structuredContent)).toBeUndefined();
  }
});
