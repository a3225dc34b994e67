import { afterAll, beforeAll, expect, test } from 'vitest';
import { delta, FakeProvider, openai, said, TestModels, usage } from './fake-provider.js';

let server: FakeProvider;
let models: TestModels;
const choice = { provider: 'local', model: 'm' };

beforeAll(async () => {
  server = await FakeProvider.start();
  models = new TestModels({ providers: { local: { kind: 'openai-compatible', base_url: server.url, api_key_env: 'LOCAL_API_KEY' } } }, { LOCAL_API_KEY: 'sk-1' });
});
afterAll(() => server.stop());

test('text and thoughts stream, and the turn holds them with the tokens that they took', async () => {
  server.will(openai([delta({ role: 'assistant', reasoning_content: 'Hm.' }), delta({ content: 'Good ' }), delta({ content: 'day' }), delta({}, 'stop'), usage(100, 20, 60)]));
  const { turn, events } = await models.turn({ choice, system: [{ type: 'text', text: 'Be kind.' }], effort: 'low', max_tokens: 50, sampling: { temperature: 0.2, top_p: 0.9, stop: ['END'], seed: 3 } });
  expect(events).toEqual([
    { type: 'thinking', text: 'Hm.' },
    { type: 'text', text: 'Good ' },
    { type: 'text', text: 'day' },
  ]);
  expect(turn).toEqual({
    content: [{ type: 'thinking', text: 'Hm.' }, { type: 'text', text: 'Good day' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 40, output_tokens: 20, cache_read_input_tokens: 60, cache_creation_input_tokens: 0 },
    provider: 'local',
    model: 'm',
    cost_usd: null,
  });
  const { path, headers, body } = server.asked.at(-1)!;
  expect(path).toBe('/v1/chat/completions');
  expect(headers.authorization).toBe('Bearer sk-1');
  expect(body).toMatchObject({
    model: 'm', max_tokens: 50, temperature: 0.2, top_p: 0.9, stop: ['END'], seed: 3, reasoning_effort: 'low',
    messages: [{ role: 'system', content: 'Be kind.' }, { role: 'user', content: 'Hello' }],
  });
});

test('a call of a tool comes with its input; its result goes back in the next turn', async () => {
  const call = (id: string) =>
    openai([
      delta({ role: 'assistant', tool_calls: [{ index: 0, id, type: 'function', function: { name: 'Document', arguments: '{"op":' } }] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '"list_documents"}' } }] }),
      delta({}, 'tool_calls'),
      usage(10, 5),
    ]);
  const tools = [{ name: 'Document', description: 'Documents', input_schema: { type: 'object', properties: { op: { type: 'string' } } } }];
  server.will(call('call_0'), call('call_0'));
  const { turn } = await models.turn({ choice, tools });
  expect(turn.stop_reason).toBe('tool_use');
  expect(turn.content).toEqual([{ type: 'tool_call', id: 'call_0', name: 'Document', input: { op: 'list_documents' } }]);
  expect(server.asked.at(-1)!.body.tools).toMatchObject([{ type: 'function', function: { name: 'Document', description: 'Documents', parameters: { type: 'object' } } }]);

  const messages = [
    said('Hello'),
    { role: 'assistant' as const, content: turn.content },
    { role: 'tool' as const, content: [{ type: 'tool_result' as const, id: 'call_0', name: 'Document', output: '[]', is_error: false }] },
  ];
  const second = await models.turn({ choice, tools, messages });
  expect(server.asked.at(-1)!.body.messages).toMatchObject([
    { role: 'system' },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', tool_calls: [{ id: 'call_0', function: { name: 'Document', arguments: '{"op":"list_documents"}' } }] },
    { role: 'tool', tool_call_id: 'call_0', content: '[]' },
  ]);
  expect(second.turn.content, 'the server counted anew: the id is made unique').toMatchObject([{ type: 'tool_call', id: 'call_0_2' }]);
});

test('an input that is no JSON reaches the tool as one that it refuses', async () => {
  server.will(
    openai([
      delta({ role: 'assistant', tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'Document', arguments: '{"op": list}' } }] }),
      delta({}, 'tool_calls'),
      usage(1, 1),
    ]),
  );
  const { turn } = await models.turn({ choice, tools: [{ name: 'Document', description: '', input_schema: { type: 'object' } }] });
  expect(turn.content).toEqual([{ type: 'tool_call', id: 'a', name: 'Document', input: { invalid_json: '{"op": list}' } }]);
});

test('a turn that reached its token limit says so', async () => {
  server.will(openai([delta({ content: 'Once upon' }), delta({}, 'length'), usage(1, 2)]));
  expect((await models.turn({ choice })).turn).toMatchObject({ stop_reason: 'max_tokens', content: [{ text: 'Once upon' }] });
});
