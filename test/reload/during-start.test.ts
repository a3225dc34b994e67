import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ConfigFiles } from '../support/config-files.js';
import { MAIN } from '../support/cli.js';
import { stringify } from 'yaml';
import { ADMIN } from '../support/reloading.js';

const files = new ConfigFiles();
afterAll(() => files.remove());

test('SIGHUP while the start is under way does not end it: the files are read again after it', async () => {
  // Its secret is short, of which the start warns before it is through.
  const file = files.write('loomcycle.yaml', stringify({ principals: { denn: ADMIN } }));
  const env = { PATH: process.env.PATH, LOOMCYCLE_DATA_DIR: path.join(files.home, 'data'), LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0', LOOMCYCLE_TOKEN_DENN: 'short-secret' };
  const child = spawn(process.execPath, [MAIN, '--config', file], { cwd: files.home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const until = async (text: string): Promise<void> => {
    while (!log.includes(text)) await Promise.race([once(child.stderr, 'data'), once(child, 'exit').then(() => Promise.reject(new Error(log)))]);
  };
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await until('LOOMCYCLE_TOKEN_DENN');
  child.kill('SIGHUP');
  await until('configuration read again: nothing has changed');
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
