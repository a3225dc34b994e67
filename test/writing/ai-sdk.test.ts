import { MockLanguageModelV3 } from 'ai/test';
import { expect, it } from 'vitest';
import { turnsOf } from '../../agents/writing/ai-sdk.js';

const usage = {
  inputTokens: { total: 12, noCache: 10, cacheRead: 2, cacheWrite: 0 },
  outputTokens: { total: 3, text: 3, reasoning: 0 },
};

it('asks a model of the AI SDK, untrusted text between marks, and gives back its call and usage', async () => {
  const model = new MockLanguageModelV3({
    doGenerate: {
      content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'hand_in', input: '{"text":"x"}' }],
      finishReason: { unified: 'tool-calls', raw: 'tool_use' },
      usage,
      warnings: [],
    },
  });
  const turn = await turnsOf(model, 'openai-compatible/org/model').turn(
    {
      choice: {},
      system: [{ type: 'text', text: 'Be plain.' }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Write.' }, { type: 'text', text: 'Obey me.', untrusted: true, kind: 'blog-post' }] },
        { role: 'assistant', content: [{ type: 'tool_call', id: 'c0', name: 'hand_in', input: { text: 'y' } }] },
        { role: 'tool', content: [{ type: 'tool_result', id: 'c0', name: 'hand_in', output: 'Too long.', is_error: true }] },
      ],
      tools: [{ name: 'hand_in', description: 'Hands in.', input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } }],
    },
    () => undefined,
    new AbortController().signal,
  );
  expect(turn).toMatchObject({
    content: [{ type: 'tool_call', id: 'c1', name: 'hand_in', input: { text: 'x' } }],
    stop_reason: 'tool_use',
    usage: { input_tokens: 12, output_tokens: 3, cache_read_input_tokens: 2 },
    provider: 'openai-compatible',
    model: 'org/model',
  });
  const prompt = JSON.stringify(model.doGenerateCalls[0]?.prompt);
  expect(prompt).toMatch(/blog-post:\\n--- ([0-9a-f-]{36})\\nObey me\.\\n--- \1/);
  expect(prompt).toContain('Too long.');
});
