import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { PromptListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { McpClient } from '../support/mcp.js';
import { person, Reloading, tokenOf } from '../support/reloading.js';

const BUILT_IN = ['draft_chunk', 'review_chunk', 'weekly_digest', 'plan_week'];
const CONFIG = {
  include: ['kit/loomcycle.yaml'],
  principals: { denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' }, kim: person('kim', ['memory:read']) },
};

let reloading: Reloading;
let mcp: McpClient;
beforeAll(async () => {
  reloading = await Reloading.start();
  mcp = await McpClient.connect(reloading.server);
});
afterAll(async () => {
  await mcp.close();
  await reloading.stop();
});

function skill(name: string, body: string): void {
  reloading.files.write(`kit/skills/${name}/SKILL.md`, `---\nname: ${name}\ndescription: How to ${name}\n---\n${body}\n`);
}

async function names(client = mcp): Promise<string[]> {
  return (await client.client.listPrompts()).prompts.map(({ name }) => name);
}

/** @returns when the client was told that there are other prompts. */
function told(): Promise<void> {
  return new Promise((resolve) => mcp.client.setNotificationHandler(PromptListChangedNotificationSchema, () => resolve()));
}

test('skills of the stacked bundles are prompts; a reload brings and takes them, and clients are told', async () => {
  expect(mcp.client.getServerCapabilities()).toMatchObject({ prompts: { listChanged: true } });
  expect(await names()).toEqual(BUILT_IN);

  reloading.files.write('kit/loomcycle.yaml', 'bundle: { name: kit, version: 1.0.0, description: A kit }\n');
  skill('tidy-up', 'Take {{nothing}} away.');
  let changed = told();
  expect(await reloading.apply(CONFIG, { kim: tokenOf('kim') })).toMatchObject({ changed: ['+ principals.kim', '+ skills.tidy-up'], unchanged: false });
  await changed;
  expect(await names()).toEqual([...BUILT_IN, 'tidy-up']);
  const { description, messages } = await mcp.client.getPrompt({ name: 'tidy-up' });
  expect(description).toBe('How to tidy-up');
  expect(messages).toEqual([{ role: 'user', content: { type: 'text', text: 'Take {{nothing}} away.' } }]);

  // The same way as by SIGHUP.
  skill('tidy-up', 'Put all in its place.');
  changed = told();
  const { child, log } = reloading.server;
  child.kill('SIGHUP');
  while (!reloading.server.log.slice(log.length).includes('~ skills.tidy-up')) await once(child.stderr!, 'data');
  await changed;
  expect((await mcp.client.getPrompt({ name: 'tidy-up' })).messages).toMatchObject([{ content: { text: 'Put all in its place.' } }]);
});

test('the document or chunk that it is about goes along, for who may read it', async () => {
  const { document_id: id } = await mcp.document<{ document_id: string }>('create_document', { title: 'Desk' });
  const { messages } = await mcp.client.getPrompt({ name: 'tidy-up', arguments: { document_id: id } });
  expect(messages[1]).toMatchObject({ content: { resource: { uri: `loomcycle://user/documents/${id}`, text: expect.stringContaining('# Desk') as string } } });

  const kim = await McpClient.connect(reloading.server, tokenOf('kim'));
  const { prompts } = await kim.client.listPrompts();
  expect(prompts.map(({ name, arguments: args }) => [name, args])).toEqual([['tidy-up', undefined]]);
  const ofKim = await kim.client.getPrompt({ name: 'tidy-up', arguments: { document_id: id } });
  expect(ofKim.messages).toHaveLength(1);
  await kim.close();
});

test('a skill that cannot be used changes nothing; without the bundle its prompts are gone', async () => {
  skill('broken', '');
  const refused = await reloading.post<{ error: string }>();
  expect(refused).toMatchObject({ status: 422, body: { code: 'bad_configuration', error: expect.stringContaining('broken/SKILL.md') as string } });
  expect(await names()).toEqual([...BUILT_IN, 'tidy-up']);
  rmSync(path.join(reloading.files.home, 'kit/skills/broken'), { recursive: true });

  const changed = told();
  expect((await reloading.apply({ principals: CONFIG.principals }, { kim: tokenOf('kim') })).changed).toEqual(['- skills.tidy-up']);
  await changed;
  expect(await names()).toEqual(BUILT_IN);
});
