import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestDefinitions } from '../support/definitions.js';

// The hash of the original left command, args and env out: another program was taken for the same one.

let defs: TestDefinitions;
beforeEach(() => void (defs = new TestDefinitions({ env: { LOOMCYCLE_MCP_ALLOW_DYNAMIC_STDIO: '1', LOOMCYCLE_HTTP_HOST_ALLOWLIST: 'mcp.example.org' } })));
afterEach(() => defs.close());

test('two servers are the same only where everything is', async () => {
  const stdio = { transport: 'stdio', command: 'serve', args: ['a'], env: { MODE: 'x' } };
  const http = { transport: 'http', url: 'https://mcp.example.org/mcp', headers: { 'x-key': 'k' } };
  const contents = [
    stdio,
    { ...stdio, command: 'other' },
    { ...stdio, args: ['b'] },
    { ...stdio, args: ['a', 'b'] },
    { ...stdio, env: { MODE: 'y' } },
    { transport: 'stdio', command: 'serve', args: ['a'] },
    { ...stdio, allowed_tools: ['find'] },
    { ...stdio, description: 'Finds' },
    http,
    { ...http, url: 'https://mcp.example.org/other' },
    { ...http, headers: { 'x-key': 'l' } },
  ];
  const made = [];
  for (const overlay of contents) made.push(await defs.call('mcpserverdef', { op: 'create', name: 'files', overlay }));
  expect(made.map(({ version, deduplicated }) => [version, deduplicated])).toEqual(contents.map((_, at) => [at + 1, undefined]));
  expect(new Set(made.map(({ content_sha256 }) => content_sha256)).size).toBe(contents.length);
  expect(await defs.call('mcpserverdef', { op: 'create', name: 'files', overlay: contents.at(-1) })).toMatchObject({ version: contents.length, deduplicated: true });
});
