import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse as parseToml } from 'smol-toml';
import { runLoomcycle, type Ended } from '../support/cli.js';

const SECRET = 'lct_a-secret-that-must-not-be-seen';
const ENDPOINT = 'http://127.0.0.1:9000/v1/_mcp';
let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-install-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function install(...args: string[]): Promise<Ended> {
  const env = { LOOMCYCLE_MCP_UPSTREAM_TOKEN: SECRET, LOOMCYCLE_BASE_URL: 'http://127.0.0.1:9000' };
  return runLoomcycle(['mcp', 'install', ...args], { cwd: home, env });
}

function put(name: string, text: string): string {
  const file = path.join(home, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

test('without a client each is told in its own form, and the token is in none', async () => {
  const { code, stdout } = await install('--json');
  expect(code).toBe(0);
  expect(stdout).not.toContain(SECRET);
  const shown = JSON.parse(stdout) as { client: string; text: string; command?: string }[];
  const texts = new Map(shown.map(({ client, text }) => [client, text]));
  expect(JSON.parse(texts.get('claude-code')!)).toEqual({
    mcpServers: { loomcycle: { type: 'http', url: ENDPOINT, headers: { Authorization: 'Bearer ${LOOMCYCLE_MCP_UPSTREAM_TOKEN}' } } },
  });
  expect(shown[0]!.command).toBe(
    `claude mcp add --transport http --scope project loomcycle ${ENDPOINT} --header 'Authorization: Bearer \${LOOMCYCLE_MCP_UPSTREAM_TOKEN}'`,
  );
  expect(JSON.parse(texts.get('claude-desktop')!)).toMatchObject({
    mcpServers: { loomcycle: { command: process.execPath, args: [expect.stringContaining('main.js'), 'mcp', '--upstream', 'http://127.0.0.1:9000'] } },
  });
  expect(JSON.parse(texts.get('cursor')!)).toEqual({
    mcpServers: { loomcycle: { url: ENDPOINT, headers: { Authorization: 'Bearer ${env:LOOMCYCLE_MCP_UPSTREAM_TOKEN}' } } },
  });
  expect(parseToml(texts.get('codex')!)).toEqual({ mcp_servers: { loomcycle: { url: ENDPOINT, bearer_token_env_var: 'LOOMCYCLE_MCP_UPSTREAM_TOKEN' } } });
  expect(JSON.parse(texts.get('vscode')!)).toMatchObject({
    servers: { loomcycle: { type: 'http', url: ENDPOINT, headers: { Authorization: 'Bearer ${input:loomcycle-token}' } } },
    inputs: [{ type: 'promptString', id: 'loomcycle-token', password: true }],
  });
});

test('--stdio has the client start the thin client; --show-token alone shows the token', async () => {
  const { stdout } = await install('--client', 'codex', '--stdio', '--json');
  expect(parseToml((JSON.parse(stdout) as { text: string }).text)).toMatchObject({
    mcp_servers: { loomcycle: { command: process.execPath, env_vars: ['LOOMCYCLE_MCP_UPSTREAM_TOKEN'] } },
  });
  expect((await install('--client', 'cursor', '--show-token')).stdout).toContain(`Bearer ${SECRET}`);
});

test('--write adds to a file of JSON with comments and keeps all else', async () => {
  const file = put('.vscode/mcp.json', '{\n  // ours\n  "servers": {\n    "other": { "url": "http://other" },\n  },\n  "inputs": [{ "id": "key", "type": "promptString" }]\n}\n');
  expect((await install('--client', 'vscode', '--write')).code).toBe(0);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('// ours');
  expect(text).toMatch(/"other": \{\s*"url": "http:\/\/other"/);
  expect(text).toContain(ENDPOINT);
  expect(text).toContain('"id": "key"');
  expect(text.match(/loomcycle-token"/g)).toHaveLength(1);
  expect(JSON.parse((await install('--client', 'vscode', '--write', '--json')).stdout)).toMatchObject({ file, changed: false });
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('--write replaces its own table of a TOML file and keeps the others with their comments', async () => {
  const file = put('.codex/config.toml', '# mine\nmodel = "m"\n\n[mcp_servers.loomcycle]\nurl = "http://old"\n\n[mcp_servers.loomcycle.http_headers]\na = "b"\n\n[mcp_servers.other] # kept\ncommand = "x"\n');
  expect((await install('--client', 'codex', '--write')).code).toBe(0);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('# mine');
  expect(text).toContain('[mcp_servers.other] # kept');
  expect(parseToml(text)).toEqual({
    model: 'm',
    mcp_servers: { other: { command: 'x' }, loomcycle: { url: ENDPOINT, bearer_token_env_var: 'LOOMCYCLE_MCP_UPSTREAM_TOKEN' } },
  });
});

test.each([
  ['claude-code', '.mcp.json', '{ "mcpServers": { '],
  ['claude-code', '.mcp.json', '{ /* no comments here */ }'],
  ['cursor', '.cursor/mcp.json', '{ "mcpServers": [] }'],
  ['codex', '.codex/config.toml', 'model = '],
  ['codex', '.codex/config.toml', 'mcp_servers = { loomcycle = { url = "http://old" } }\n'],
])('%s: a file %s that it cannot change stays as it is', async (client, name, text) => {
  const file = put(name, text);
  const { code, stderr } = await install('--client', client, '--write');
  expect(code).toBe(1);
  expect(stderr).toContain(file);
  expect(stderr).toContain('nothing was written');
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a file that gets the token is for its owner alone', async () => {
  await install('--client', 'claude-desktop', '--write', '--show-token');
  expect(statSync(path.join(home, '.config/Claude/claude_desktop_config.json')).mode & 0o777).toBe(0o600);
});

test('--write without a client, and a client that is none, end with 2', async () => {
  expect((await install('--write')).code).toBe(2);
  expect((await install('--client', 'emacs')).code).toBe(2);
});
