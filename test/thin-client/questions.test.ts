import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CancelledNotificationSchema, ElicitRequestSchema, type ClientCapabilities, type ElicitRequest, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BreakingProxy, type SeenRequest } from '../support/breaking-proxy.js';
import { agentsConfig } from '../support/runs.js';
import { TestServer, TOKEN } from '../support/server.js';
import { MAIN } from '../support/thin-client.js';

// A run asks the person at a client that talks to the thin client: the question goes there, and the answer comes back.

let server: TestServer;
let proxy: BreakingProxy;
const clients: Client[] = [];
beforeAll(async () => {
  server = await TestServer.start({
    config: agentsConfig({
      asker: {
        allowed_tools: ['Interruption'],
        interruption: { enabled: true },
        turns: [{ tool_calls: [{ name: 'Interruption', input: { op: 'ask', question: 'Which?', options: ['a', 'b'] } }] }, { text: 'It is {{result.0.answer}}.' }],
      },
    }),
  });
  proxy = await BreakingProxy.start(server.url);
});
afterEach(async () => {
  proxy.seen.length = 0;
  for (const client of clients.splice(0)) await client.close();
});
afterAll(async () => {
  proxy.stop();
  await server.stop();
});

async function connect(capabilities: ClientCapabilities): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  clients.push(client);
  const env = { PATH: process.env.PATH!, LOOMCYCLE_MCP_UPSTREAM_TOKEN: TOKEN };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp', '--upstream', proxy.url], env }));
  return client;
}

async function asked(answering: (question: ElicitRequest['params']) => Promise<ElicitResult>): Promise<Client> {
  const client = await connect({ elicitation: {} });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => answering(params));
  return client;
}

async function run(client: Client): Promise<Record<string, unknown>> {
  const { structuredContent } = await client.callTool({ name: 'spawn_run', arguments: { agent: 'asker', prompt: 'Ask' } });
  return structuredContent as Record<string, unknown>;
}

/** Somebody answers the question that is open, elsewhere. */
async function answerElsewhere(answer: string): Promise<void> {
  const { body } = await server.get<{ interrupts: { run_id: string; interrupt_id: string }[] }>('/v1/users/denn/interrupts');
  const [{ run_id, interrupt_id }] = body.interrupts as [{ run_id: string; interrupt_id: string }];
  const response = await fetch(`${server.url}/v1/runs/${run_id}/interrupts/${interrupt_id}/resolve`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ answer }),
  });
  expect(response.status).toBe(200);
}

const ACCEPTED: ElicitResult = { action: 'accept', content: { answer: 'b' } };
const comesBack = ({ method, headers }: SeenRequest): boolean => method === 'GET' && /^[0-9a-f]{12}-/.test(String(headers['last-event-id']));

test('the question reaches the client, and the run goes on with its answer', async () => {
  let question: unknown;
  const client = await asked(async (params) => ((question = params), ACCEPTED));
  expect(await run(client)).toMatchObject({ status: 'completed', final_text: 'It is b.' });
  expect(question).toMatchObject({ message: 'asker asks: Which?', requestedSchema: { properties: { answer: { enum: ['a', 'b'] } } } });
});

test('the connection to the upstream breaks while the person thinks: the answer and the end of the run come all the same', async () => {
  const client = await asked(async () => {
    proxy.cutAll();
    await proxy.saw(comesBack);
    return ACCEPTED;
  });
  expect(await run(client)).toMatchObject({ status: 'completed', final_text: 'It is b.' });
  expect(proxy.seen.filter(({ body }) => body.includes('"spawn_run"'))).toHaveLength(1);
});

test('a question that somebody else answered is taken back at the client', async () => {
  let takenBack!: (id: unknown) => void;
  const taken = new Promise<unknown>((resolve) => (takenBack = resolve));
  const client = await asked(async () => {
    await answerElsewhere('a');
    await taken;
    return { action: 'cancel' };
  });
  client.setNotificationHandler(CancelledNotificationSchema, ({ params }) => takenBack(params.requestId));
  expect(await run(client)).toMatchObject({ status: 'completed', final_text: 'It is a.' });
});

test('a person who declines leaves the question open for others', async () => {
  const client = await asked(async () => ({ action: 'decline' }));
  const ended = run(client);
  await proxy.saw(({ body }) => body.includes('"decline"'));
  await answerElsewhere('b');
  expect(await ended).toMatchObject({ status: 'completed', final_text: 'It is b.' });
});

test('a client that takes no questions is sent none', async () => {
  const client = await connect({});
  const ended = run(client);
  for (;;) {
    const { body } = await server.get<{ interrupts: unknown[] }>('/v1/users/denn/interrupts');
    if (body.interrupts.length > 0) break;
  }
  await answerElsewhere('a');
  expect(await ended).toMatchObject({ status: 'completed', final_text: 'It is a.' });
});
