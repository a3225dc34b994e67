import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-first-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const NO_TOKEN = { LOOMCYCLE_TOKEN_DENN: '' };

async function statusFor(server: TestServer, token: string): Promise<number> {
  return (await server.call('list_documents', {}, token)).status;
}

function mintedToken(): string {
  return readFileSync(path.join(home, 'auth.env'), 'utf8').trim().replace('LOOMCYCLE_TOKEN_DENN=', '');
}

test('without any bearer the first start mints one, for its owner alone to read, and later starts use it', async () => {
  const first = await TestServer.start({ dataDir: home, env: NO_TOKEN });
  const token = mintedToken();
  expect(token).toMatch(/^lct_[1-9A-HJ-NP-Za-km-z]{43,44}$/);
  expect(statSync(path.join(home, 'auth.env')).mode & 0o777).toBe(0o600);
  expect(await statusFor(first, token)).toBe(200);
  await first.stop();

  const second = await TestServer.start({ dataDir: home, env: NO_TOKEN });
  expect(mintedToken()).toBe(token);
  expect(await statusFor(second, token)).toBe(200);
  await second.stop();
});

test('an environment variable wins over the file', async () => {
  await (await TestServer.start({ dataDir: home, env: NO_TOKEN })).stop();
  const server = await TestServer.start({ dataDir: home, env: { LOOMCYCLE_TOKEN_DENN: 'from-the-environment-0123456789' } });
  expect(await statusFor(server, 'from-the-environment-0123456789')).toBe(200);
  expect(await statusFor(server, mintedToken())).toBe(401);
  await server.stop();
});

test('the secret is in no output', async () => {
  const server = await TestServer.start({ dataDir: home, env: NO_TOKEN });
  expect(server.log).not.toContain(mintedToken());
  await server.stop();
});

test('two servers never share a data directory', async () => {
  const server = await TestServer.start({ dataDir: home });
  await expect(TestServer.start({ dataDir: home })).rejects.toThrow(new RegExp(`belongs to a running loomcycle \\(pid ${server.child.pid}\\)`));
  await server.stop();
});
