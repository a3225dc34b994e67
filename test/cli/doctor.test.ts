import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runLoomcycle } from '../support/cli.js';
import { TestServer, TOKEN } from '../support/server.js';

interface Finding {
  check: string;
  status: 'ok' | 'warn' | 'fail';
  message: string;
  todo?: string;
}

const WHO = 'principals:\n  denn: { subject: denn, scopes: [substrate:admin], token_env: LOOMCYCLE_TOKEN_DENN }\n';
let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-doctor-'));
  writeFileSync(path.join(home, 'loomcycle.yaml'), WHO);
});
afterEach(() => rmSync(home, { recursive: true }));

async function doctor(env: Record<string, string> = {}, ...args: string[]): Promise<{ code: number | null; of(check: string): Finding[]; failed: string[] }> {
  const defaults = { LOOMCYCLE_TOKEN_DENN: TOKEN, LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0' };
  const { code, stdout, stderr } = await runLoomcycle(['doctor', '--json', ...args], { cwd: home, env: { ...defaults, ...env } });
  expect(stderr).toBe('');
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return { code, of: (check) => findings.filter((each) => each.check === check), failed: findings.filter(({ status }) => status === 'fail').map(({ check }) => check) };
}

test('all is well: every side is looked at, and it ends with 0', async () => {
  const { code, failed, of } = await doctor();
  expect(failed).toEqual([]);
  expect(code).toBe(0);
  for (const check of ['node', 'native modules', 'clock', 'config', 'data directory', 'token', 'port']) expect(of(check)).not.toEqual([]);
  expect(of('native modules').map(({ message }) => message.split(':')[0])).toEqual(['better-sqlite3', 'uWebSockets.js']);
});

test('config: the place of what is wrong', async () => {
  writeFileSync(path.join(home, 'loomcycle.yaml'), 'storage:\n  workerz: 3\n');
  const { code, failed, of } = await doctor();
  expect(code).toBe(1);
  expect(failed).toEqual(['config']);
  expect(of('config')[0]!.message).toContain('loomcycle.yaml:2:3');
});

test('token: none before the first start is no fault, none after it is one', async () => {
  const before = await doctor({ LOOMCYCLE_TOKEN_DENN: '' });
  expect(before.of('token')).toMatchObject([{ status: 'warn' }]);
  mkdirSync(path.join(home, 'data/sqlmem'), { recursive: true });
  const after = await doctor({ LOOMCYCLE_TOKEN_DENN: '' });
  expect(after.failed).toEqual(['token']);
});

test('token: a file that others can read', async () => {
  mkdirSync(path.join(home, 'data'));
  writeFileSync(path.join(home, 'data/auth.env'), `LOOMCYCLE_TOKEN_DENN=${TOKEN}\n`);
  chmodSync(path.join(home, 'data/auth.env'), 0o644);
  expect((await doctor()).of('token')[0]).toMatchObject({ status: 'warn', todo: expect.stringContaining('chmod 600') });
});

test('port: another program has it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  other.on('connection', (socket) => socket.destroy());
  const { failed, of } = await doctor({ LOOMCYCLE_LISTEN_ADDR: `127.0.0.1:${port}` });
  other.close();
  expect(failed).toEqual(['port']);
  expect(of('port')[0]!.message).toContain('another program');
});

test('port and data directory: the server that has them is named', async () => {
  const server = await TestServer.start({ dataDir: path.join(home, 'data') });
  try {
    const { host } = new URL(server.url);
    const { failed, of } = await doctor({ LOOMCYCLE_LISTEN_ADDR: host });
    expect(failed).toEqual([]);
    expect(of('port')[0]!.message).toContain('a loomcycle');
    expect(of('data directory')[0]!.message).toContain(`pid ${server.child.pid}`);
    await server.kill();
    expect((await doctor()).of('data directory')[0]!.message).toContain('no server has it');
  } finally {
    await server.stop();
  }
});

test('data directory: a file in its place', async () => {
  writeFileSync(path.join(home, 'data'), '');
  expect((await doctor()).failed).toEqual(['data directory']);
});

test('clock: behind the last change', async () => {
  mkdirSync(path.join(home, 'data/sqlmem'), { recursive: true });
  const later = new Date(Date.now() + 3_600_000);
  utimesSync(path.join(home, 'data/sqlmem'), later, later);
  expect((await doctor()).failed).toEqual(['clock']);
});

test('upstream: not there', async () => {
  const gone = await doctor({}, '--target', 'http://127.0.0.1:1');
  expect(gone.failed).toEqual(['upstream']);
});

test('upstream: there, with a token that it does not know, and with one that it does', async () => {
  const server = await TestServer.start();
  try {
    const stranger = await doctor({}, '--target', server.url, '--token', 'of-somebody-who-is-nobody');
    expect(stranger.failed).toEqual(['token']);
    const known = await doctor({}, '--target', server.url, '--token', TOKEN);
    expect(known.failed).toEqual([]);
    expect(known.of('token').at(-1)!.message).toContain('denn');
  } finally {
    await server.stop();
  }
});
