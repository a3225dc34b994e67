import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLayers } from '../../src/config/layers.js';
import type { Config } from '../../src/config/schema.js';
import { validate } from '../../src/config/validate.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

const BUNDLE = 'bundle: { name: b, version: "1.0.0", description: Reads }\n';

function load(env: NodeJS.ProcessEnv = {}, yaml = ''): Config {
  return validate(loadLayers([files.write('b/loomcycle.yaml', `${BUNDLE}${DENN}${yaml}`)], env)).config;
}

test('a bundle brings agents as Markdown files: front matter, and the system prompt below it', () => {
  files.write('b/agents/reader.md', '---\nname: reader\ndescription: Reads\ntier: ${LOOMCYCLE_TIER}\nallowed_tools: [Memory]\n---\n\n# You read\n\nNever write ${LOOMCYCLE_TIER}.\n');
  files.write('b/agents/README.md', 'For people.\n');
  expect(load({ LOOMCYCLE_TIER: 'low' }).agents).toEqual({
    reader: expect.objectContaining({ description: 'Reads', tier: 'low', allowed_tools: ['Memory'], system_prompt: '# You read\n\nNever write ${LOOMCYCLE_TIER}.' }),
  });
});

test('yaml says of such an agent what it wants to have otherwise; the folder of LOOMCYCLE_AGENTS_ROOT lies below all', () => {
  files.write('root/reader.md', '---\ntier: low\nmax_tokens: 5\nallowed_tools: [Memory]\n---\nRoot.\n');
  files.write('b/agents/reader.md', '---\nmax_tokens: 6\n---\nBundle.\n');
  const config = load({ LOOMCYCLE_AGENTS_ROOT: path.join(files.home, 'root') }, 'agents: { reader: { allowed_tools: [Channel] } }\n');
  expect(config.agents.reader).toMatchObject({ tier: 'low', max_tokens: 6, allowed_tools: ['Channel'], system_prompt: 'Bundle.' });
});

test('files that it names lie beside it', () => {
  files.write('b/agents/coder.md', '---\ncode_module: lib/coder.mjs\n---\n');
  files.write('b/agents/lib/coder.mjs', 'export default () => {};\n');
  expect(load().agents.coder).toMatchObject({ code_module: path.join(files.home, 'b/agents/lib/coder.mjs') });
});

test('what is wrong is named with its line in the file', () => {
  files.write('b/agents/a.md', '---\ndescription: x\nteir: low\n---\nA.\n');
  expect(files.errors(() => load())).toEqual(['b/agents/a.md:3:1: agents.a.teir: there is no such key; did you mean "tier"?']);
  files.write('b/agents/a.md', '---\nname: other\nsystem_prompt: x\n---\nA.\n');
  files.write('b/agents/b.md', 'No front matter.\n');
  files.write('b/agents/c d.md', '---\n---\n');
  files.write('b/agents/e.md', '---\ntier: [\n---\n');
  expect(files.errors(() => load())).toEqual([
    'b/agents/a.md:2:7: name: the agent is called as its file, "a": give both one name',
    'b/agents/a.md:3:1: system_prompt: is the text below the front matter already',
    'b/agents/b.md:1:1: must begin with front matter: what yaml would say of the agent, between two lines ---',
    'b/agents/c d.md:1:1: "c d" is no name of an agent: letters, digits, _ and -',
    expect.stringMatching(/^b\/agents\/e\.md:3:\d+: /),
  ]);
  expect(files.errors(() => load({ LOOMCYCLE_AGENTS_ROOT: path.join(files.home, 'nowhere') })).at(0)).toMatch(/^LOOMCYCLE_AGENTS_ROOT names .*nowhere, which is no folder$/);
});
