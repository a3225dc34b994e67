import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TurnRequest } from '../../src/models/model.js';
import { anthropic, FakeProvider, said, TestModels } from './fake-provider.js';

let server: FakeProvider;
let models: TestModels;
const choice = { provider: 'anthropic', model: 'claude-sonnet-4-5' };

beforeAll(async () => {
  server = await FakeProvider.start();
  models = new TestModels({ providers: { anthropic: { base_url: server.url } } }, { ANTHROPIC_API_KEY: 'key-1' });
});
afterAll(() => server.stop());

const start = { type: 'message_start', message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 7, output_tokens: 1, cache_creation_input_tokens: 200, cache_read_input_tokens: 1000 } } };
const end = (reason: string) => [{ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 42 } }, { type: 'message_stop' }];
const block = (index: number, content_block: object, ...deltas: object[]) => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];
const thinking = block(0, { type: 'thinking', thinking: '', signature: '' }, { type: 'thinking_delta', thinking: 'Let me look.' }, { type: 'signature_delta', signature: 'sig-1' });
const text = (index: number, words: string) => block(index, { type: 'text', text: '' }, { type: 'text_delta', text: words });
const tools = [
  { name: 'Memory', description: 'Memory', input_schema: { type: 'object' } },
  { name: 'Document', description: 'Documents', input_schema: { type: 'object' } },
];

test('thoughts with their signature, text, calls and cache tokens come out, and go back as they came', async () => {
  const call = block(2, { type: 'tool_use', id: 'toolu_1', name: 'Document', input: {} }, { type: 'input_json_delta', partial_json: '{"op":"list' }, { type: 'input_json_delta', partial_json: '_documents"}' });
  server.will(anthropic([start, ...thinking, ...text(1, 'I list them.'), ...call, ...end('tool_use')]), anthropic([start, ...text(0, 'None.'), ...end('end_turn')]));
  const { turn, events } = await models.turn({ choice, tools, effort: 'medium', max_tokens: 1000 });
  expect(events).toEqual([{ type: 'thinking', text: 'Let me look.' }, { type: 'text', text: 'I list them.' }]);
  expect(turn).toMatchObject({
    content: [
      { type: 'thinking', text: 'Let me look.', provider_metadata: { anthropic: { signature: 'sig-1' } } },
      { type: 'text', text: 'I list them.' },
      { type: 'tool_call', id: 'toolu_1', name: 'Document', input: { op: 'list_documents' } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 7, output_tokens: 42, cache_creation_input_tokens: 200, cache_read_input_tokens: 1000 },
  });
  expect(server.asked.at(-1)!.headers['x-api-key']).toBe('key-1');
  expect(server.asked.at(-1)!.body).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 8192 } });

  const result = { type: 'tool_result' as const, id: 'toolu_1', name: 'Document', output: 'gone', is_error: true };
  const messages: TurnRequest['messages'] = [said('Hello'), { role: 'assistant', content: turn.content }, { role: 'tool', content: [result] }];
  expect((await models.turn({ choice, tools, messages, effort: 'medium' })).turn).toMatchObject({ stop_reason: 'end_turn', content: [{ text: 'None.' }] });
  expect(server.asked.at(-1)!.body.messages).toMatchObject([
    { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Let me look.', signature: 'sig-1' },
        { type: 'text', text: 'I list them.' },
        { type: 'tool_use', id: 'toolu_1', name: 'Document', input: { op: 'list_documents' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', is_error: true, content: 'gone' }] },
  ]);
});

test('the system prompt with the tools, cacheable blocks and the end of the conversation are marked for the cache, four at most', async () => {
  server.will(anthropic([start, ...text(0, 'Yes.'), ...end('end_turn')]));
  const kept = (words: string) => ({ role: 'user' as const, content: [{ type: 'text' as const, text: words, cacheable: true }] });
  const answer = { role: 'assistant' as const, content: [{ type: 'text' as const, text: 'Yes.' }] };
  const messages = [kept('one'), answer, kept('two'), answer, kept('three'), answer, said('four')];
  await models.turn({ choice, tools, messages, system: [{ type: 'text', text: 'You are a clerk.' }] });
  const { system, messages: sent } = server.asked.at(-1)!.body as { system: unknown[]; messages: { content: { text: string; cache_control?: unknown }[] }[] };
  const mark = { type: 'ephemeral' };
  expect(system).toEqual([{ type: 'text', text: 'You are a clerk.' }, { type: 'text', text: expect.stringContaining('untrusted') as string, cache_control: mark }]);
  const marked = sent.flatMap(({ content }) => content).filter(({ cache_control: control }) => control !== undefined);
  expect(marked.map((part) => [part.text, part.cache_control])).toEqual([['two', mark], ['three', mark], ['four', mark]]);
});

test('an overload that is told in the midst of the stream is tried again', async () => {
  server.will(
    anthropic([start, ...text(0, 'Half').slice(0, 2), { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }]),
    anthropic([start, ...text(0, 'Whole'), ...end('end_turn')]),
  );
  const { turn, events } = await models.turn({ choice });
  expect(events).toEqual([
    { type: 'text', text: 'Half' },
    { type: 'retry', retry: { provider: 'anthropic', attempt: 1, wait_ms: 250, reason: 'Overloaded' } },
    { type: 'text', text: 'Whole' },
  ]);
  expect(turn.content).toMatchObject([{ type: 'text', text: 'Whole' }]);
});
