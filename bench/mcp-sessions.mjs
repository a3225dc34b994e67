// `node bench/mcp-sessions.mjs [count]`: what idle MCP sessions weigh. Build first. Starts a server of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../scripts/lib.mjs';

const COUNT = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 64;
const TOKEN = 'bench-token-0123456789-0123456789';
const PARAMS = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };

const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-bench-'));
const config = path.join(home, 'config.yaml');
writeFileSync(config, 'principals: { bench: { subject: bench, scopes: [substrate:admin], token_env: LOOMCYCLE_TOKEN_BENCH } }\n');
const child = spawn(process.execPath, [path.join(ROOT, 'dist/src/cli/main.js'), '--config', config], {
  env: { ...process.env, LOOMCYCLE_TOKEN_BENCH: TOKEN, LOOMCYCLE_DATA_DIR: path.join(home, 'data'), LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await announced();
  await open(url, 200); // what the first sessions load is not theirs
  const before = resident();
  await open(url, COUNT);
  const grown = resident() - before;
  console.log(`${COUNT} idle MCP sessions: ${(grown / 1024).toFixed(0)} MB more resident, ${(grown / COUNT).toFixed(1)} KB each, garbage included (goal 200 MB)`);
} finally {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(home, { recursive: true });
}

async function announced() {
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /console\s+(http:\S+)\/ui/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error('the server did not start');
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

/** Kilobytes. */
function resident() {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]);
}
