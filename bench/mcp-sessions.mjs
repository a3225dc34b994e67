// `node bench/mcp-sessions.mjs [count]`: what idle MCP sessions weigh. Build first. Starts a server of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { residentOf, startServer, TOKEN } from './server.mjs';

const COUNT = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 64;
const PARAMS = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };

const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-bench-'));
const { url, pid, stop } = await startServer(home);
try {
  await open(url, 200); // what the first sessions load is not theirs
  const before = residentOf(pid);
  await open(url, COUNT);
  const grown = residentOf(pid) - before;
  console.log(`${COUNT} idle MCP sessions: ${(grown / 1024).toFixed(0)} MB more resident, ${(grown / COUNT).toFixed(1)} KB each, garbage included (goal 200 MB)`);
} finally {
  await stop();
  rmSync(home, { recursive: true });
}

async function open(url, count) {
  let left = count;
  const headers = { authorization: `Bearer ${TOKEN}`, accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
  const post = (body, more = {}) => fetch(`${url}/v1/_mcp`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify({ jsonrpc: '2.0', ...body }) });
  const work = async () => {
    while (left-- > 0) {
      const begun = await post({ id: 1, method: 'initialize', params: PARAMS });
      await begun.text();
      if (!begun.ok) throw new Error(`initialize: ${begun.status}`);
      await (await post({ method: 'notifications/initialized' }, { 'mcp-session-id': begun.headers.get('mcp-session-id') })).text();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
