import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { TestServer } from '../support/server.js';

// What clients are told of tools before they call one.

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await TestServer.start();
  mcp = await McpClient.connect(server);
});
afterAll(async () => {
  await mcp.close();
  await server.stop();
});

test('every tool has a title, all annotations, an input and an output schema', async () => {
  const { tools } = await mcp.client.listTools();
  for (const { name, title, description, annotations, inputSchema, outputSchema } of tools) {
    expect([name, title, description]).toEqual([name, expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
    const hint = expect.any(Boolean) as boolean;
    expect([name, annotations]).toEqual([name, { title, readOnlyHint: hint, destructiveHint: hint, idempotentHint: hint, openWorldHint: hint }]);
    expect([name, inputSchema.type, outputSchema?.type]).toEqual([name, 'object', 'object']);
  }
});

test('the annotations tell what a tool may do at worst', async () => {
  const { tools } = await mcp.client.listTools();
  const hints = Object.fromEntries(tools.map(({ name, annotations: { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = {} }) => [name, [readOnlyHint, destructiveHint, idempotentHint, openWorldHint]]));
  expect(hints).toMatchObject({
    document: [false, true, false, false],
    // Names are made, moved and removed: done twice is done once.
    path: [false, true, true, false],
    context: [true, false, true, false],
    memory: [false, true, false, false],
    outgoing_webhook: [false, true, false, true],
    mcpserverdef: [false, true, false, true],
    peek_channel: [true, false, true, false],
    publish_channel: [false, false, false, false],
    ack_channel: [false, false, true, false],
  });
});

test('who may only read gets tools that only read', async () => {
  const narrow = await TestServer.start({
    config: { principals: { denn: { subject: 'denn', scopes: ['documents:read'], token_env: 'LOOMCYCLE_TOKEN_DENN' } } },
  });
  const reader = await McpClient.connect(narrow);
  const { tools } = await reader.client.listTools();
  expect(tools.map(({ name, annotations }) => [name, annotations!.readOnlyHint])).toEqual([
    ['document', true],
    ['path', true],
  ]);
  await reader.close();
  await narrow.stop();
});
