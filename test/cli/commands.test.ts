import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runLoomcycle, type Ended } from '../support/cli.js';
import { TestServer, TOKEN } from '../support/server.js';

const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-cli-'));
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
});

function loomcycle(...args: string[]): Promise<Ended> {
  return runLoomcycle(args, { cwd: home, env: { LOOMCYCLE_BASE_URL: server.url, LOOMCYCLE_AUTH_TOKEN: TOKEN } });
}

function file(name: string, text: string): string {
  writeFileSync(path.join(home, name), text);
  return name;
}

const WHO = 'principals:\n  ada:\n    subject: ada\n    scopes: [substrate:admin]\n    token_env: LOOMCYCLE_TOKEN_ADA\n';

test('--help tells every command, and ends with 0', async () => {
  const { code, stdout } = await loomcycle('--help');
  expect(code).toBe(0);
  for (const name of ['serve', 'mcp', 'init', 'doctor', 'validate', 'config', 'bundle', 'health', 'reload', 'call', 'import', 'export', 'tail', 'token', 'completion']) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test('a word or an option that is not known ends with 2', async () => {
  expect((await loomcycle('--nonsense')).code).toBe(2);
  expect(await loomcycle('docter')).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "doctor"?') });
  expect((await loomcycle('config', 'diff', 'only-one.yaml')).code).toBe(2);
  expect((await loomcycle('call', 'no_such_op')).code).toBe(2);
  expect((await loomcycle('call', 'list_documents', '--json', '[]')).code).toBe(2);
  expect((await loomcycle('health', '--target', 'nowhere')).code).toBe(2);
});

test('validate takes the layers of the server and names place and cause', async () => {
  const base = file('base.yaml', WHO);
  const top = file('top.yaml', 'storage:\n  workers: 3\n');
  expect((await loomcycle('--config', base, 'validate', '--config', top)).stdout).toContain('OK: ');
  const { code, stderr } = await loomcycle('validate', base, file('wrong.yaml', 'storage:\n  workerz: 3\n'));
  expect(code).toBe(2);
  expect(stderr).toContain('wrong.yaml:2:3: storage.workerz');
  const asJson = await loomcycle('validate', '--json', base, 'wrong.yaml');
  expect(asJson.code).toBe(2);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ ok: false, problems: [expect.stringContaining('workerz')] });
});

test('config render --origin tells where each leaf stands', async () => {
  file('low.yaml', `${WHO}storage:\n  workers: 2\n`);
  file('high.yaml', 'storage:\n  workers: 3\n');
  const { code, stdout } = await loomcycle('config', 'render', '--origin', '--config', 'low.yaml', '--config', 'high.yaml');
  expect(code).toBe(0);
  expect(stdout).toContain('workers: 3 # high.yaml:2');
  expect(stdout).toContain('subject: ada # low.yaml:3');
});

test('config diff prints what is otherwise', async () => {
  const before = file('before.yaml', 'storage:\n  workers: 2\n');
  const after = file('after.yaml', 'storage:\n  workers: 4\n');
  expect((await loomcycle('config', 'diff', before, after)).stdout).toContain('~ storage.workers: 2 (before.yaml:2:12) → 4 (after.yaml:2:12)');
});

test('health, and a server that is not there', async () => {
  expect(JSON.parse((await loomcycle('health')).stdout)).toMatchObject({ ok: true });
  const { code, stderr } = await loomcycle('health', '--target', 'http://127.0.0.1:1');
  expect(code).toBe(1);
  expect(stderr).toContain('http://127.0.0.1:1 cannot be reached');
});

test('import, call and export work on the same document', async () => {
  const imported = await loomcycle('import', file('plan.md', '# Plan\n\nPost at nine.\n'), '--path', '/plan');
  const { document_id } = JSON.parse(imported.stdout) as { document_id: string };
  const listed = await loomcycle('call', 'list_documents');
  expect(JSON.stringify(JSON.parse(listed.stdout))).toContain(document_id);
  expect((await loomcycle('call', 'path.ls', '--json', '{"path":"/"}')).stdout).toContain('plan');
  await loomcycle('export', '/plan', '--out', 'out.md');
  expect(readFileSync(path.join(home, 'out.md'), 'utf8')).toContain('Post at nine.');
});

test('a refusal and a wrong token say what the server said', async () => {
  const refused = await loomcycle('call', 'get_chunk', '--json', '{"id":"nothing"}');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('422: ');
  const wrong = await loomcycle('call', 'list_documents', '--token', 'not-the-token-of-anybody');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('give the token with --token');
});

test('reload answers what changed', async () => {
  const { code, stdout } = await loomcycle('reload');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ unchanged: true });
});

test('bundle list and show, and --bundle as a layer below --config', async () => {
  const listed = JSON.parse((await loomcycle('bundle', 'list', '--json')).stdout) as { name: string; problems: string[] }[];
  expect(listed.map(({ name, problems }) => [name, problems])).toEqual([['document-agent', []], ['social-drafter', []], ['weekly-reporter', []]]);
  const shown = JSON.parse((await loomcycle('bundle', 'show', 'social-drafter', '--json')).stdout) as { skills: { name: string }[] };
  expect(shown.skills.map(({ name }) => name)).toEqual(['draft-bluesky', 'draft-linkedin', 'draft-mastodon', 'draft-post', 'draft-x']);
  const who = file('who.yaml', WHO.replaceAll('ada', 'denn').replace('_ADA', '_DENN'));
  const { stdout } = await loomcycle('config', 'render', '--origin', '--bundle', 'weekly-reporter', '--config', who);
  expect(stdout).toMatch(/weekly-reporter\/loomcycle\.yaml:\d+/);
  const unknown = await loomcycle('validate', '--bundle', 'weekly-reportr');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('weekly-reporter');
});

test('token create, rotate, list and retire; a retired one is refused', async () => {
  const scopes = ['--scopes', 'documents:read'];
  const made = JSON.parse((await loomcycle('token', 'create', 'reader', '--tenant', 'default', '--subject', 'denn', ...scopes)).stdout) as { token: string };
  expect((await loomcycle('call', 'list_documents', '--token', made.token)).code).toBe(0);
  const rotated = JSON.parse((await loomcycle('token', 'rotate', 'reader', '--grace-seconds', '0')).stdout) as { token: string };
  expect((await loomcycle('call', 'list_documents', '--token', made.token)).code).toBe(1);
  const { tokens } = JSON.parse((await loomcycle('token', 'list', 'reader')).stdout) as { tokens: unknown[] };
  expect(tokens).toHaveLength(2);
  expect((await loomcycle('token', 'retire', 'reader')).code).toBe(0);
  expect((await loomcycle('call', 'list_documents', '--token', rotated.token)).stderr).toContain('401');
});
