import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { OPERATIONS, TOOLS, operationsOf } from '../../src/operations/registry.js';
import { INPUTS, type Ids } from './inputs/index.js';
import { complaint, narrowed, type Json } from '../support/json-schema.js';
import { McpClient, type ToolResult } from '../support/mcp.js';
import { RUN_AGENTS } from '../support/run-inputs.js';
import { TestServer, TOKEN, type Answer } from '../support/server.js';
import { callTool } from '../support/tools.js';

// HTTP and MCP derive from one registry: nothing is on one and not on the other, and every op answers in
// the shape that it declares. A new op without an input here fails.

let server: TestServer;
let mcp: McpClient;
let ids: Ids;
let schemas: Map<string, { input: Json; output: Json }>;

beforeAll(async () => {
  // Webhooks of the tests go to the server itself.
  server = await TestServer.start({ config: { ...RUN_AGENTS, outgoing_webhooks: { allow_private: ['127.0.0.1'] } }, env: { LOOMCYCLE_HTTP_HOST_ALLOWLIST: 'mcp.example.org, 127.0.0.1' } });
  mcp = await McpClient.connect(server);
  const { tools } = await mcp.client.listTools();
  schemas = new Map(tools.map(({ name, inputSchema, outputSchema }) => [name, { input: inputSchema, output: outputSchema! }]));
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

/** What every call finds: a document with a chunk, a document more. */
async function freshIds(): Promise<void> {
  const { document_id: document } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const { document_id: spare } = await server.document<{ document_id: string }>('create_document', { title: 'Spare' });
  const { id: chunk } = await server.document<{ id: string }>('create_chunk', { document_id: document, title: 'c' });
  ids = { document, spare, chunk };
}

const PUBLIC = OPERATIONS.filter((operation) => !operation.internal).map((operation) => ({
  name: `${operation.tool} ${operation.op}`,
  operation,
}));

test.each(PUBLIC)('$name answers the same shape over HTTP and MCP, the one that it declares', async ({ name, operation }) => {
  const { tool, op, output } = operation;
  expect(Object.keys(INPUTS)).toContain(name);
  await freshIds();
  const overHttp = (name: string, input: Record<string, unknown>): Promise<Answer> => callTool(server, name, input);
  const input = { op, ...(await INPUTS[name]!(ids, server, overHttp)) };
  expect(complaint(narrowed(schemas.get(tool)!.input, op), input)).toBeUndefined();
  const http = await overHttp(tool, input);
  expect([http.status, http.body]).toEqual([200, expect.anything()]);
  await freshIds();
  const overMcp = (name: string, input: Record<string, unknown>): Promise<ToolResult> => mcp.call(name, input);
  const result = await overMcp(tool, { op, ...(await INPUTS[name]!(ids, server, overMcp)) });
  expect([result.isError ?? false, result.content[0]!.text]).toEqual([false, expect.anything()]);
  expect(JSON.parse(result.content[0]!.text)).toEqual(result.structuredContent);
  for (const answer of [http.body, result.structuredContent]) {
    expect((output as z.ZodType).safeParse(answer).error).toBeUndefined();
    // Parsing leaves out what is not declared; the schema that clients get refuses it.
    expect(complaint(narrowed(schemas.get(tool)!.output, op), answer)).toBeUndefined();
  }
});

test('what is internal is on no wire', async () => {
  const internal = OPERATIONS.filter((operation) => operation.internal);
  expect(internal.length).toBeGreaterThan(0);
  for (const { tool } of internal) {
    expect(TOOLS).not.toContain(tool);
    const response = await fetch(`${server.url}/v1/_${tool}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: '{"op":"read"}',
    });
    expect(response.status).toBe(404);
  }
});

test('every op is in the schema of its MCP tool, with all its fields', async () => {
  const { tools } = await mcp.client.listTools();
  for (const { name, inputSchema, description } of tools.filter(({ name }) => TOOLS.includes(name))) {
    const properties = inputSchema.properties as Record<string, { enum?: string[] }>;
    expect(properties.op!.enum).toEqual(operationsOf(name).map((operation) => operation.op));
    for (const { op, input } of operationsOf(name)) {
      expect(description).toContain(`${op}: `);
      for (const field of Object.keys(input.shape)) expect(Object.keys(properties)).toContain(field);
    }
  }
});
