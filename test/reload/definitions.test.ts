import { afterEach, expect, test } from 'vitest';
import { Reloading } from '../support/reloading.js';

let reloading: Reloading;
afterEach(() => reloading.stop());

async function names(tool: string): Promise<string[]> {
  const { body } = await reloading.server.get<{ names: { name: string; description: string }[] }>(`/v1/_${tool}/names`);
  return body.names.map(({ name, description }) => `${name}: ${description}`);
}

test('agents and servers of the configuration follow a reload, also where only the text of a prompt has changed', async () => {
  const agents = { reader: { description: 'Reads', system_prompt: 'Read.' }, writer: { description: 'Writes', system_prompt_file: 'writer.md' } };
  const search = { transport: 'http', url: 'https://a.example.org', description: 'Finds' };
  const prompt = (text: string): unknown => reloading.files.write('writer.md', text);
  reloading = await Reloading.start({});
  prompt('Write.');
  expect((await reloading.apply({ agents, mcp_servers: { search } })).changed).toEqual(['+ agents.reader', '+ agents.writer', '+ mcp_servers.search']);
  expect([await names('agentdef'), await names('mcpserverdef')]).toEqual([['reader: Reads', 'writer: Writes'], ['search: Finds']]);
  prompt('Write well.');
  expect((await reloading.apply({ agents, mcp_servers: { search } })).changed).toEqual(['~ agents.writer']);
  const report = await reloading.apply({ agents: { writer: agents.writer }, mcp_servers: { search: { ...search, description: 'Seeks' } } });
  expect(report).toMatchObject({ changed: ['- agents.reader', '~ mcp_servers.search'], needs_restart: [] });
  expect([await names('agentdef'), await names('mcpserverdef')]).toEqual([['writer: Writes'], ['search: Seeks']]);
});
