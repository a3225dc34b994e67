import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runLoomcycle, type Ended } from '../support/cli.js';
import { TestServer } from '../support/server.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-init-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const loomcycle = (...args: string[]): Promise<Ended> => runLoomcycle(args, { cwd: home });

test('writes a configuration that the server takes, and does not replace one', async () => {
  expect((await loomcycle('init')).code).toBe(0);
  const file = path.join(home, 'loomcycle.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=\S+loomcycle\.schema\.json\n/);
  expect(JSON.parse((await loomcycle('validate', '--json')).stdout)).toMatchObject({ ok: true, warnings: [] });

  writeFileSync(file, '# mine\n');
  const again = await loomcycle('init');
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('--force');
  expect(readFileSync(file, 'utf8')).toBe('# mine\n');
  expect((await loomcycle('init', '--force')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('--with-token makes one that logs in, keeps it the next time and never prints it', async () => {
  const first = await loomcycle('init', '--with-token', '--principal', 'kim');
  const authFile = path.join(home, 'data/auth.env');
  const [, token] = /^LOOMCYCLE_TOKEN_KIM=(lct_\S+)$/m.exec(readFileSync(authFile, 'utf8'))!;
  expect(readFileSync(authFile, 'utf8')).toContain(`LOOMCYCLE_MCP_UPSTREAM_TOKEN=${token}\n`);
  expect(statSync(authFile).mode & 0o777).toBe(0o600);
  const again = await loomcycle('init', '--with-token', '--principal', 'kim', '--force');
  expect(readFileSync(authFile, 'utf8').match(/^LOOMCYCLE_TOKEN_KIM=/gm)).toHaveLength(1);
  expect(first.stdout + first.stderr + again.stdout + again.stderr).not.toContain(token);

  const server = await TestServer.start({ configFiles: [path.join(home, 'loomcycle.yaml')], dataDir: path.join(home, 'data') });
  try {
    expect((await server.call('list_documents', {}, token)).status).toBe(200);
  } finally {
    await server.stop();
  }
});

test('a name that no principal can have ends with 2 and writes nothing', async () => {
  expect((await loomcycle('init', '--principal', 'a b')).code).toBe(2);
  expect(statSync(path.join(home, 'loomcycle.yaml'), { throwIfNoEntry: false })).toBeUndefined();
});
