import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLayers } from '../../src/config/layers.js';
import { residentsOf, type Config } from '../../src/config/schema.js';
import { validate } from '../../src/config/validate.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

function load(text: string, name = 'a.yaml', env: NodeJS.ProcessEnv = {}): Config {
  return validate(loadLayers([files.write(name, `${DENN}${text}`)], env)).config;
}
const errors = (text: string): string[] => files.errors(() => load(text));

test('an agent says everything that a run needs, without being resident', () => {
  files.write('prompts/r.md', '\nYou read.\n');
  files.write('code.mjs', 'export default () => {};\n');
  const { agents } = load(`agents:
  reader:
    description: Reads
    tier: low
    effort: high
    sampling: { temperature: 0.5, top_k: 3 }
    max_tokens: 100
    system_prompt_file: prompts/r.md
    allowed_tools: [Memory, "mcp__search__*"]
    skills: [outline]
    max_iterations: 7
    max_concurrent_children: 2
    run_timeout_seconds: 60
    budget: { tokens: 1000, cost_usd: 0.5, wall_seconds: 9 }
    memory_scopes: [user, tenant]
    sql_scopes: [run]
    channels: { publish: ["out/*"] }
    agent_def_scopes: [self, "named:writer"]
    skill_def_scopes: [descendants]
    mcp_server_def_scopes: [any]
    interruption: { enabled: true, kinds: [question], max_pending: 1 }
    allowed_hosts: ["*.example.org"]
    allow_trifecta: true
  coder: { code_module: code.mjs, unbounded_iterations: true }
`);
  expect(agents.reader).toMatchObject({ tier: 'low', system_prompt_file: { text: 'You read.' }, channels: { publish: ['out/*'], subscribe: [] }, allow_trifecta: true, budget: { wall_seconds: 9 } });
  expect(agents.coder).toMatchObject({ code_module: path.join(files.home, 'code.mjs'), unbounded_iterations: true });
  expect(residentsOf({ agents } as Config)).toEqual({});
});

test('what an agent says against itself or cannot be read is named with its place', () => {
  expect(
    errors(`agents:
  a: { model: x, tier: low }
  b: { provider: x }
  c:
    system_prompt: x
    system_prompt_file: nowhere.md
  d: { code_module: nowhere.mjs, model: x }
  e: { sampling: { temperature: 3 }, agent_def_scopes: [all], skill_def_scopes: [self] }
  f: { resident: true, code: x, principal: denn, subscribe: [{ topic: a }], model: x, tier: low }
`),
  ).toEqual([
    'a.yaml:3:24: agents.a.tier: model and tier exclude each other: say one of them',
    'a.yaml:4:18: agents.b.provider: provider needs a model',
    `a.yaml:7:25: agents.c.system_prompt_file: nowhere.md: cannot be read (ENOENT)`,
    'a.yaml:8:21: agents.d.code_module: there is no such file',
    'a.yaml:8:21: agents.d.code_module: acts in the place of a model: leave model and tier out',
    'a.yaml:9:33: agents.e.sampling.temperature: too big: expected number to be <=2',
    'a.yaml:9:57: agents.e.agent_def_scopes[0]: self, descendants, any, or named:<name>',
    'a.yaml:9:82: agents.e.skill_def_scopes[0]: descendants, any, or named:<name>',
    'a.yaml:10:93: agents.f.tier: model and tier exclude each other: say one of them',
  ]);
});

test('servers of MCP are what their transport needs, and what stands for the run stays', () => {
  const { mcp_servers: servers } = load(`mcp_servers:
  search:
    transport: streamable-http
    url: https://search.example.org/mcp
    headers: { Authorization: "Bearer \${run.user_bearer}", X-Key: "\${BRAVE_API_KEY}" }
    allowed_tools: [find]
  files: { transport: stdio, command: npx, args: [-y, server], env: { ROOT: /srv } }
`, 'a.yaml', { BRAVE_API_KEY: 'key' });
  expect(servers.search).toEqual({
    transport: 'http',
    url: 'https://search.example.org/mcp',
    headers: { Authorization: 'Bearer ${run.user_bearer}', 'X-Key': 'key' },
    allowed_tools: ['find'],
  });
  expect(servers.files).toEqual({ transport: 'stdio', command: 'npx', args: ['-y', 'server'], env: { ROOT: '/srv' } });
  expect(errors('mcp_servers:\n  a: { transport: http, command: x }\n  b: { transport: stdio }\n  c: { transport: http, url: ftp://x }\n')).toEqual([
    'a.yaml:3:6: mcp_servers.a.url: is missing: a server over http has one',
    'a.yaml:3:34: mcp_servers.a.command: a server over http has none',
    'a.yaml:4:6: mcp_servers.b.command: is missing: a server over stdio has one',
    'a.yaml:5:30: mcp_servers.c.url: must be an http or https URL without user, password and fragment',
  ]);
});
