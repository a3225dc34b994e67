import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentsConfig, ended, eventsOf, startRun, typesOf } from '../support/runs.js';
import { TestServer } from '../support/server.js';

const look = { tool_calls: [{ name: 'Context', input: { op: 'help' } }] };
const CONFIG = agentsConfig(
  {
    long: {
      provider: undefined,
      model: 'small',
      allowed_tools: ['Context'],
      turns: [{ when: { prompt_contains: 'Summarise this conversation' }, text: 'THE GIST' }, { when: { prompt_contains: 'THE GIST' }, text: 'Done.' }, look, look, look],
    },
  },
  { models: { small: { provider: 'mock', model: 'long', max_context_tokens: 40 } } },
);

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ config: CONFIG });
});
afterAll(() => server.stop());

it('a run whose context is nearly full is summarised in the midst of its work, and goes on with the summary', async () => {
  const stream = await startRun(server, { agent: 'long', prompt: 'Look things up' });
  expect(await ended(stream)).toMatchObject({ status: 'completed', stop_reason: 'end_turn' });
  expect(eventsOf(stream, 'context_compaction')).toMatchObject([{ context_compaction: { summary: expect.stringContaining('THE GIST') as string, trigger: 'context' } }]);
  const types = typesOf(stream);
  expect(types.indexOf('context_compaction')).toBeGreaterThan(types.indexOf('tool_result'));
  expect(types.lastIndexOf('text')).toBeGreaterThan(types.indexOf('context_compaction'));
  // Its last words are not followed by a turn that nobody asked for.
  expect(eventsOf<{ text: string }>(stream, 'text').map(({ text }) => text)).toEqual(['Done.']);
});
