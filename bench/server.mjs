// The server that a bench measures: a process of its own, on a free port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../scripts/lib.mjs';

/** Bearer of its administrator. */
export const TOKEN = 'bench-token-0123456789-0123456789';

/** @param folder gets its configuration and its data; made where it is not there. @param more configuration beside the principal */
export async function startServer(folder, more = {}) {
  mkdirSync(folder, { recursive: true });
  const config = path.join(folder, 'config.yaml');
  writeFileSync(config, JSON.stringify({ principals: { bench: { subject: 'bench', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_BENCH' } }, ...more }));
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/src/cli/main.js'), '--config', config], {
    env: { ...process.env, LOOMCYCLE_TOKEN_BENCH: TOKEN, LOOMCYCLE_DATA_DIR: path.join(folder, 'data'), LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /console\s+(http:\S+)\/ui/.exec(line) ?? [];
    if (url) return { url, pid: child.pid, stop };
  }
  throw new Error('the server did not start');
}

/** Resident memory of a process in KB. */
export function residentOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}
