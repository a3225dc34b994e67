import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../support/server.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

interface Ended {
  code: number | null;
  stderr: string;
}

/** Runs the built server until it says that it is running, then ends it; or until it ends by itself. */
function start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/src/cli/main.js'), ...args], {
    env: { PATH: process.env.PATH, LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0', LOOMCYCLE_DATA_DIR: path.join(files.home, 'data'), ...env },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('is running')) child.kill('SIGTERM');
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

test('the start logs the files, then what they replace of each other in order, then warnings', async () => {
  const base = files.write('base.yaml', `${DENN}storage: { workers: 1, synchronous: FULL }\n`);
  const middle = files.write('middle.yaml', 'storage: { synchronous: OFF }\nvolumes: {}\n');
  const top = files.write('top.yaml', 'storage: { synchronous: NORMAL, workers: 2 }\n');
  const { stderr, code } = await start(['--config', top], { LOOMCYCLE_CONFIG_FILES: [base, middle].join(path.delimiter) });
  expect(code).toBe(0);
  const logged = stderr.trim().split('\n').map((line) => JSON.parse(line) as { level: string; message: string; files?: string[] });
  const own = logged.filter(({ message }) => message.startsWith('configuration'));
  expect(own[0]!.files).toEqual([base, middle, top]);
  expect(own.map(({ level, message }) => files.lines(`${level} ${message}`)[0])).toEqual([
    'info configuration files, later ones on top',
    'info configuration: storage.synchronous: middle.yaml:1:25 replaces base.yaml:2:37',
    'info configuration: storage.synchronous: top.yaml:1:25 replaces middle.yaml:1:25',
    'info configuration: storage.workers: top.yaml:1:42 replaces base.yaml:2:21',
    'warn configuration: middle.yaml:2:1: this runtime does not have volumes: no effect',
  ]);
});

test('a strict start ends where one file replaces what another says', async () => {
  const base = files.write('base.yaml', `${DENN}storage: { workers: 1 }\n`);
  const top = files.write('top.yaml', 'storage: { workers: 2 }\n');
  const { code, stderr } = await start(['--config', base, '--config', top], { LOOMCYCLE_CONFIG_STRICT: '1' });
  expect(code).toBe(2);
  expect(files.lines(stderr)).toContain('top.yaml:1:21: storage.workers: replaces base.yaml:2:21');
});
