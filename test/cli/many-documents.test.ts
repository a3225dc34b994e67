import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runLoomcycle, type Ended } from '../support/cli.js';
import { TestServer, TOKEN } from '../support/server.js';

let home: string;
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-many-'));
  mkdirSync(path.join(home, 'notes/deep'), { recursive: true });
  writeFileSync(path.join(home, 'notes/one.md'), '# Same title\n\nFirst.\n');
  writeFileSync(path.join(home, 'notes/deep/two.md'), '# Same title\n\nSecond.\n');
  writeFileSync(path.join(home, 'notes/empty.md'), '');
  writeFileSync(path.join(home, 'notes/other.txt'), 'not this');
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
});

function loomcycle(...args: string[]): Promise<Ended> {
  return runLoomcycle(args, { cwd: home, env: { LOOMCYCLE_BASE_URL: server.url, LOOMCYCLE_AUTH_TOKEN: TOKEN } });
}

test('a folder: each file *.md is a document with a name; what cannot be imported is told, and the others are', async () => {
  const { code, stdout, stderr } = await loomcycle('import', 'notes', '--path', '/notes');
  expect(code).toBe(1);
  expect(stderr).toBe('');
  const { imported, failed } = JSON.parse(stdout) as { imported: { file: string }[]; failed: { file: string; error: string }[] };
  expect(imported.map(({ file }) => file)).toEqual(['notes/deep/two.md', 'notes/one.md']);
  expect(failed).toMatchObject([{ file: 'notes/empty.md', error: expect.stringContaining('422') }]);
  expect((await loomcycle('export', '/notes/deep/two')).stdout).toContain('Second.');
});

test('--all: each document in a file of its own, also where titles are the same', async () => {
  const { code, stdout } = await loomcycle('export', '--all', '--out', 'out');
  expect(code).toBe(0);
  const { exported } = JSON.parse(stdout) as { exported: { file: string }[] };
  expect(exported).toHaveLength(2);
  expect(readdirSync(path.join(home, 'out'))).toHaveLength(2);
  const texts = exported.map(({ file }) => readFileSync(path.join(home, file), 'utf8')).join('');
  expect(texts).toContain('First.');
  expect(texts).toContain('Second.');
});

test('export as JSON has the text in it; several documents need a folder', async () => {
  expect(JSON.parse((await loomcycle('export', '/notes/one', '--json')).stdout)).toMatchObject({ title: 'Same title', markdown: expect.stringContaining('First.') });
  expect((await loomcycle('export', '--all')).code).toBe(2);
  expect((await loomcycle('export')).code).toBe(2);
});
