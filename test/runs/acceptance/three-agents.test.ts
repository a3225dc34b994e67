import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentsConfig, ended, eventsOf, startRun } from '../../support/runs.js';
import { TestServer } from '../../support/server.js';
import { callTool } from '../../support/tools.js';

const publish = (channel: string, text: string): Record<string, unknown> => ({ name: 'Channel', input: { op: 'publish', channel, payload: { text } } });
const take = (channel: string): Record<string, unknown> => ({ name: 'Channel', input: { op: 'subscribe', channel, max_messages: 1, auto_ack: true } });
const spawn = (name: string): Record<string, unknown> => ({ tool_calls: [{ name: 'Agent', input: { op: 'spawn', name, prompt: 'Do your part of: {{task}}' } }] });

// topics ─▶ scout ─▶ findings ─▶ author ─▶ drafts ─▶ judge ─▶ memory of the user
const CONFIG = agentsConfig(
  {
    lead: { allowed_tools: ['Agent'], turns: [spawn('scout'), spawn('author'), spawn('judge'), { text: 'All parts are done: {{result.0}}' }] },
    scout: {
      allowed_tools: ['Channel'],
      channels: { publish: ['findings'], subscribe: ['topics'] },
      turns: [{ tool_calls: [take('topics')] }, { tool_calls: [publish('findings', 'finding on {{result.0.messages.0.value.text}}')] }, { text: 'Found.' }],
    },
    author: {
      allowed_tools: ['Channel', 'Memory'],
      memory_scopes: ['user'],
      channels: { publish: ['drafts'], subscribe: ['findings'] },
      turns: [
        { tool_calls: [take('findings'), { name: 'Memory', input: { op: 'get', scope: 'user', key: 'voice' } }] },
        { tool_calls: [publish('drafts', '{{result.1.value}}: {{result.0.messages.0.value.text}}')] },
        { text: 'Drafted.' },
      ],
    },
    judge: {
      allowed_tools: ['Channel', 'Memory'],
      memory_scopes: ['user'],
      channels: { publish: [], subscribe: ['drafts'] },
      turns: [
        { tool_calls: [take('drafts')] },
        { tool_calls: [{ name: 'Memory', input: { op: 'set', scope: 'user', key: 'verdict', value: 'approved: {{result.0.messages.0.value.text}}' } }, publish('findings', 'mine to say?')] },
        { text: 'Judged.' },
      ],
    },
  },
  { channels: Object.fromEntries(['topics', 'findings', 'drafts'].map((name) => [name, { scope: 'user', semantic: 'queue' }])) },
);

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ config: CONFIG });
});
afterAll(() => server.stop());

it('three agents hand their work on over three channels and memory, each with what is open to it and no more', async () => {
  await callTool(server, 'memory', { op: 'set', scope: 'user', key: 'voice', value: 'plainly' });
  expect(await callTool(server, 'channel', { op: 'publish', channel: 'topics', payload: { text: 'tides' } })).toMatchObject({ status: 200 });
  const stream = await startRun(server, { agent: 'lead', prompt: 'the piece' });
  expect(await ended(stream)).toMatchObject({ status: 'completed' });
  expect(eventsOf<{ text: string }>(stream, 'text').at(-1)!.text).toBe('All parts are done: Judged.');
  expect(await callTool(server, 'memory', { op: 'get', scope: 'user', key: 'verdict' })).toMatchObject({ body: { value: 'approved: plainly: finding on tides' } });
  // What the judge said on a channel that is not open to it was refused.
  const { body } = await callTool<{ messages: { value: { text: string } }[] }>(server, 'channel', { op: 'peek', channel: 'findings', from_cursor: 'cur_0' });
  expect(body.messages.map(({ value }) => value.text)).toEqual(['finding on tides']);
});
