import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runLoomcycle, type Ended } from '../support/cli.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-json-'));
  writeFileSync(path.join(home, 'loomcycle.yaml'), 'principals:\n  ada: { subject: ada, scopes: [substrate:admin], token_env: LOOMCYCLE_TOKEN_ADA }\n');
});
afterEach(() => rmSync(home, { recursive: true }));

const loomcycle = (args: string[], env = {}): Promise<Ended> => runLoomcycle(args, { cwd: home, env });

test.each([
  ['a word that is wrong', ['health', '--jsom', '--json'], 2],
  ['a command that is none', ['helth', '--json'], 2],
  ['a server that is not there', ['health', '--json', '--target', 'http://127.0.0.1:1'], 1],
  ['a configuration that cannot be used', ['config', 'render', '--json', '--config', 'none.yaml'], 2],
])('%s: standard error has one JSON document, standard output nothing', async (_what, args, code) => {
  const ended = await loomcycle(args);
  expect(ended.code).toBe(code);
  expect(ended.stdout).toBe('');
  expect(JSON.parse(ended.stderr)).toMatchObject({ error: expect.any(String), exit_code: code });
});

test('config render as JSON, with the place of each leaf where asked for', async () => {
  const rendered = JSON.parse((await loomcycle(['config', 'render', '--json'])).stdout) as { principals: unknown };
  expect(rendered.principals).toMatchObject({ ada: { subject: 'ada' } });
  const leaves = JSON.parse((await loomcycle(['config', 'render', '--origin', '--json'])).stdout) as unknown[];
  expect(leaves).toContainEqual({ path: 'principals.ada.subject', value: 'ada', origin: 'loomcycle.yaml:2:19' });
});

test('no colours where standard output is no terminal, even where a build asks for some', async () => {
  for (const env of [{}, { CI: '1' }, { FORCE_COLOR: '1' }]) {
    const { stdout, stderr } = await loomcycle(['doctor'], env);
    expect(stdout + stderr).not.toMatch(/\u001b\[/);
  }
});
