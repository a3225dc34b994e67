import { expect, test } from 'vitest';
import type { McpServerDefinition } from '../../src/definitions/mcp-server-definition.js';
import { discoverTools } from '../../src/run-engine/tools/mcp/discovery.js';
import { SpeakingUpstream } from '../support/speaking-upstream.js';

const SETTINGS = { connectTimeoutMs: 60_000, callTimeoutMs: 60_000, idleMs: 60_000 };
const DEADLINE_MS = 2000;

function at(url: string): McpServerDefinition {
  return { name: 'slow', description: '', source: 'tenant', content_sha256: '', transport: 'http', url };
}

/** Answers what comes first, so many times, and nothing after that. */
async function answer(upstream: SpeakingUpstream, times: number): Promise<void> {
  if (times < 1) return;
  const { response, message } = await upstream.take('initialize');
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } } }));
  if (times < 2) return;
  (await upstream.take('notifications/initialized')).response.writeHead(202).end();
}

// A server of anybody is asked: whichever answer it owes, the wait for it ends.
test.each([
  ['its first answer', 0],
  ['the word that it took a notification', 1],
  ['its list of tools', 2],
])('without %s it is given up in time', async (_owed, times) => {
  const upstream = await SpeakingUpstream.start();
  try {
    const asked = discoverTools(at(upstream.url), {}, SETTINGS, DEADLINE_MS);
    void answer(upstream, times);
    await expect(asked).rejects.toMatchObject({ reason: 'unavailable', message: expect.stringContaining('the MCP server slow') as string });
  } finally {
    upstream.stop();
  }
});
