import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CancelledNotificationSchema, ElicitRequestSchema, type ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { agentsConfig } from '../support/runs.js';
import { TestServer, TOKEN } from '../support/server.js';

// Runs over MCP, by the flat tools that clients of the original know.

let server: TestServer;
const clients: Client[] = [];
beforeAll(async () => {
  server = await TestServer.start({
    config: agentsConfig({
      writer: { allowed_tools: [], turns: [{ text: 'done: {{prompt}}' }] },
      asker: {
        allowed_tools: ['Interruption'],
        interruption: { enabled: true },
        turns: [{ tool_calls: [{ name: 'Interruption', input: { op: 'ask', question: 'Which?', options: ['a', 'b'] } }] }, { text: 'It is {{result.0.answer}}.' }],
      },
      lead: { allowed_tools: ['Agent'], turns: [{ tool_calls: [{ name: 'Agent', input: { op: 'spawn', name: 'asker', prompt: 'Ask' } }] }, { text: '{{result.0}}' }] },
    }),
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(() => server.stop());

async function connect(capabilities: ClientCapabilities = {}): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  clients.push(client);
  const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/v1/_mcp`), { requestInit }));
  return client;
}

async function call(client: Client, name: string, input: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const { structuredContent } = await client.callTool({ name, arguments: input });
  return structuredContent as Record<string, unknown>;
}

test('an agent is defined, listed, run and looked at', async () => {
  const client = await connect();
  expect(await call(client, 'register_agent', { name: 'made', model: 'writer', provider: 'mock', system_prompt: 'You write.', allowed_tools: ['Context'] })).toMatchObject({ name: 'made', version: 1 });
  const { agents, names } = await call(client, 'list_agents');
  expect(JSON.stringify(agents ?? names)).toContain('"made"');
  const run = await call(client, 'spawn_run', { agent: 'made', user_id: 'denn', segments: [{ role: 'user', content: [{ type: 'trusted-text', text: 'this' }] }] });
  expect(run).toMatchObject({ status: 'completed', stop_reason: 'end_turn' });
  expect(await call(client, 'get_run', { agent_id: run.agent_id })).toMatchObject({ run_id: run.run_id, agent: 'made', status: 'completed' });
  expect(await call(client, 'list_runs', { user_id: 'denn', limit: 1 })).toMatchObject({ runs: [{ run_id: run.run_id }] });
  expect(await call(client, 'cancel_run', { agent_id: run.agent_id })).toMatchObject({ cancelled: false, status: 'completed' });
  expect(await call(client, 'list_runs', { user_id: 'mallory' })).toMatchObject({ reason: 'forbidden' });
});

test('an agent that was defined is taken out of use by its name, and can be defined again', async () => {
  const client = await connect();
  const made = { name: 'passing', model: 'writer', provider: 'mock', system_prompt: 'You write.', allowed_tools: ['Context'] };
  await call(client, 'register_agent', made);
  for (const _time of [1, 2]) expect(await call(client, 'unregister_agent', { name: 'passing' })).toMatchObject({ unregistered: true, name: 'passing' });
  expect(await call(client, 'spawn_run', { agent: 'passing', prompt: 'Go' })).toMatchObject({ reason: 'definition_retired' });
  expect(await call(client, 'unregister_agent', { name: 'asker' })).toMatchObject({ reason: 'definition_yaml_immutable' });
  expect(await call(client, 'unregister_agent', { name: 'nobody' })).toMatchObject({ reason: 'not_found' });
  await call(client, 'register_agent', made);
  expect(await call(client, 'spawn_run', { agent: 'passing', prompt: 'Go' })).toMatchObject({ status: 'completed' });
});

test('several are run at once, each for itself', async () => {
  const client = await connect();
  const { results, spawned } = (await call(client, 'spawn_runs', { spawns: [{ agent: 'writer', prompt: 'one' }, { agent: 'nobody', prompt: 'two' }] })) as { results: unknown[]; spawned: number };
  expect(results).toMatchObject([{ status: 'completed', final_text: 'done: one' }, { status: 'refused', reason: 'not_found' }]);
  expect(spawned).toBe(1);
});

test.each(['asker', 'lead'])('a question of %s is put to the person at the client, and the run goes on with the answer', async (agent) => {
  const client = await connect({ elicitation: {} });
  let asked: unknown;
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked = params;
    return { action: 'accept', content: { answer: 'b' } };
  });
  expect(await call(client, 'spawn_run', { agent, prompt: 'Ask' })).toMatchObject({ status: 'completed', final_text: 'It is b.' });
  expect(asked).toMatchObject({ message: 'asker asks: Which?', requestedSchema: { properties: { answer: { enum: ['a', 'b'] } } } });
});

test('a question that somebody else answered is taken back', async () => {
  const client = await connect({ elicitation: {} });
  // The SDK's own handler passes over the request of id 0.
  const takenBack = new Promise<unknown>((resolve) => client.setNotificationHandler(CancelledNotificationSchema, ({ params }) => resolve(params.requestId)));
  client.setRequestHandler(ElicitRequestSchema, async () => {
    const { body } = await server.get<{ interrupts: { run_id: string; interrupt_id: string }[] }>('/v1/users/denn/interrupts');
    const [{ run_id, interrupt_id }] = body.interrupts as [{ run_id: string; interrupt_id: string }];
    const other = await connect();
    expect(await call(other, 'interruption_resolve', { run_id, interrupt_id, answer: 'a' })).toMatchObject({ status: 'resolved' });
    await takenBack;
    return { action: 'cancel' };
  });
  expect(await call(client, 'spawn_run', { agent: 'asker', prompt: 'Ask' })).toMatchObject({ final_text: 'It is a.' });
  expect(await takenBack).toBe(0);
});
