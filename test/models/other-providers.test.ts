import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anthropic as sse, FakeProvider, TestModels } from './fake-provider.js';

let server: FakeProvider;
let models: TestModels;
const tools = [{ name: 'Document', description: 'Documents', input_schema: { type: 'object', properties: { op: { type: 'string' } } } }];

beforeAll(async () => {
  server = await FakeProvider.start();
  models = new TestModels(
    {
      providers: {
        openai: { base_url: server.url },
        google: { base_url: server.url },
        'ollama-local': { base_url: server.url.replace('/v1', '/api') },
      },
    },
    { OPENAI_API_KEY: 'k1', GOOGLE_GENERATIVE_AI_API_KEY: 'k2' },
  );
});
afterAll(() => server.stop());

test('openai: its Responses API, without keeping what it was asked', async () => {
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
  server.will(
    sse([
      { type: 'response.created', response: { id: 'resp_1', created_at: 1, model: 'gpt-5-mini', service_tier: null } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Good day', logprobs: [] },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'completed' } },
      { type: 'response.completed', response: { incomplete_details: null, usage: { input_tokens: 50, input_tokens_details: { cached_tokens: 30 }, output_tokens: 4, output_tokens_details: { reasoning_tokens: 0 } }, service_tier: null } },
    ]),
  );
  const { turn } = await models.turn({ choice: { provider: 'openai', model: 'gpt-5-mini' }, effort: 'low' });
  expect(turn).toMatchObject({ content: [{ type: 'text', text: 'Good day' }], stop_reason: 'end_turn', usage: { input_tokens: 20, cache_read_input_tokens: 30, output_tokens: 4 } });
  expect(server.asked.at(-1)).toMatchObject({ path: '/v1/responses', headers: { authorization: 'Bearer k1' }, body: { store: false, reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'] } });
});

test('google: text, a call and its thoughts', async () => {
  const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  server.will((response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(data({ candidates: [{ content: { role: 'model', parts: [{ text: 'Let me see.', thought: true }, { text: 'I list.' }, { functionCall: { name: 'Document', args: { op: 'list_documents' } }, thoughtSignature: 'sig' }] } }] }));
    response.end(data({ candidates: [{ content: { role: 'model', parts: [] }, finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12 } }));
  });
  const { turn } = await models.turn({ choice: { provider: 'google', model: 'gemini-2.5-flash' }, tools, effort: 'medium' });
  expect(turn).toMatchObject({
    stop_reason: 'tool_use',
    content: [
      { type: 'thinking', text: 'Let me see.' },
      { type: 'text', text: 'I list.' },
      { type: 'tool_call', name: 'Document', input: { op: 'list_documents' }, provider_metadata: { google: { thoughtSignature: 'sig' } } },
    ],
    usage: { input_tokens: 9, output_tokens: 3 },
  });
  expect(server.asked.at(-1)).toMatchObject({
    path: '/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    headers: { 'x-goog-api-key': 'k2' },
    body: { generationConfig: { thinkingConfig: { thinkingBudget: 8192, includeThoughts: true } } },
  });
});

test('ollama: its own interface, without a key', async () => {
  const line = (message: object, more: object = {}) => `${JSON.stringify({ model: 'llama3.2', created_at: '2026-11-29T10:00:00Z', message: { role: 'assistant', content: '', ...message }, done: false, ...more })}\n`;
  server.will((response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(line({ content: 'I list.' }));
    response.write(line({ tool_calls: [{ function: { name: 'Document', arguments: { op: 'list_documents' } } }] }));
    response.end(line({}, { done: true, done_reason: 'stop', prompt_eval_count: 8, eval_count: 2, total_duration: 1, load_duration: 1, prompt_eval_duration: 1, eval_duration: 1 }));
  });
  const { turn } = await models.turn({ choice: { provider: 'ollama-local', model: 'llama3.2' }, tools });
  expect(turn).toMatchObject({
    stop_reason: 'tool_use',
    content: [{ type: 'text', text: 'I list.' }, { type: 'tool_call', name: 'Document', input: { op: 'list_documents' } }],
    usage: { input_tokens: 8, output_tokens: 2 },
  });
  expect(server.asked.at(-1)).toMatchObject({ path: '/api/chat', body: { model: 'llama3.2', stream: true } });
  expect(server.asked.at(-1)!.headers.authorization).toBeUndefined();
});
