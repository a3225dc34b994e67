import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSetup } from '../../src/bundles/setup.js';
import { withAuthEnv } from '../../src/config/auth-env.js';
import { runLoomcycle } from '../support/cli.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
let data: string;
beforeEach(() => {
  files = new ConfigFiles();
  data = path.join(files.home, 'data');
  mkdirSync(data);
  writeFileSync(path.join(data, 'auth.env'), 'LOOMCYCLE_WHERE=from-auth-env\nLOOMCYCLE_AUTH_TOKEN=lct_secret-of-the-runtime\n');
});
afterEach(() => files.remove());

const url = (env: NodeJS.ProcessEnv): string | undefined => {
  const file = files.write('a.yaml', `${DENN}server: { public_url: "https://\${LOOMCYCLE_WHERE}.example" }\n`);
  return loadSetup([file], withAuthEnv(data, env)).config.server.public_url;
};

test('yaml may name what stands in auth.env; the environment goes before it, unless it is empty', () => {
  expect(url({})).toBe('https://from-auth-env.example');
  expect(url({ LOOMCYCLE_WHERE: 'from-environment' })).toBe('https://from-environment.example');
  expect(url({ LOOMCYCLE_WHERE: '' })).toBe('https://from-auth-env.example');
});

test('the command line reads it, and the own secrets of the runtime stay unnamed', async () => {
  files.write('loomcycle.yaml', `${DENN}server: { public_url: "https://\${LOOMCYCLE_WHERE}.example" }\nchannels: { a: { scope: user, description: "\${LOOMCYCLE_AUTH_TOKEN}" } }\n`);
  const { stdout, stderr } = await runLoomcycle(['validate'], { cwd: files.home });
  expect(stdout + stderr).toContain("${LOOMCYCLE_AUTH_TOKEN} is left as it is: it is one of the runtime's own secrets");
  expect(stdout + stderr).not.toContain('lct_secret');
});
