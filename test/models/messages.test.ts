import type { LanguageModelV3StreamPart } from '@ai-sdk/provider';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerParts } from '../../src/models/answer-parts.js';
import { toAssistantContent, toPrompt, withUniqueIds } from '../../src/models/messages.js';
import type { AssistantPart, TurnRequest } from '../../src/models/model.js';
import { said } from './fake-provider.js';

const metadata = fc.option(fc.record({ anthropic: fc.record({ signature: fc.string() }) }), { nil: undefined });
const text = fc.string({ minLength: 1 });
const part: fc.Arbitrary<AssistantPart> = fc
  .oneof(
    fc.record({ type: fc.constant('text' as const), text, provider_metadata: metadata }),
    // Only with its signature does a thought go back to Anthropic.
    fc.record({ type: fc.constant('thinking' as const), text: fc.string(), provider_metadata: fc.record({ anthropic: fc.record({ signature: fc.string() }) }) }),
    fc.record({ type: fc.constant('tool_call' as const), id: text, name: text, input: fc.dictionary(fc.string(), fc.jsonValue()), provider_metadata: metadata }),
  )
  .map((each) => JSON.parse(JSON.stringify(each)) as AssistantPart);

/** As a provider sends a part that goes back to it in this form. */
function stream(content: ReturnType<typeof toAssistantContent>): LanguageModelV3StreamPart[] {
  return content.flatMap((each, at): LanguageModelV3StreamPart[] => {
    const id = String(at);
    const meta = each.providerOptions === undefined ? {} : { providerMetadata: each.providerOptions };
    if (each.type === 'tool-call') return [{ type: 'tool-call', toolCallId: each.toolCallId, toolName: each.toolName, input: JSON.stringify(each.input), ...meta }];
    if (each.type !== 'text' && each.type !== 'reasoning') throw new Error(`no ${each.type} is expected`);
    const half = Math.floor(each.text.length / 2);
    const deltas = [each.text.slice(0, half), each.text.slice(half)];
    return [
      { type: `${each.type}-start`, id },
      ...deltas.map((delta) => ({ type: `${each.type}-delta`, id, delta }) as LanguageModelV3StreamPart),
      { type: `${each.type}-end`, id, ...meta },
    ] as LanguageModelV3StreamPart[];
  });
}

test('an answer that is kept, goes back to its provider and comes again is the same', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (content) => {
      const parts = new AnswerParts();
      for (const each of stream(toAssistantContent(content, 'anthropic'))) parts.add(each);
      expect(parts.finish()).toEqual(content);
    }),
  );
});

test('parts that stream at the same time are kept apart, in the order in which they began', () => {
  const parts = new AnswerParts();
  for (const each of [
    { type: 'reasoning-start', id: '0' },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'a' },
    { type: 'reasoning-delta', id: '0', delta: 'x' },
    { type: 'text-delta', id: '0', delta: 'b' },
    { type: 'source', sourceType: 'url', id: 's', url: 'https://example.org' },
  ] as const) parts.add(each);
  expect(parts.finish()).toEqual([{ type: 'thinking', text: 'x' }, { type: 'text', text: 'ab' }]);
});

test('thoughts of one provider do not go to another, and empty messages to none', () => {
  const thought: AssistantPart = { type: 'thinking', text: 'Hm.', provider_metadata: { anthropic: { signature: 's' } } };
  const messages: TurnRequest['messages'] = [said(''), said('Hello'), { role: 'assistant', content: [thought] }, { role: 'assistant', content: [thought, { type: 'text', text: 'Yes' }] }];
  const request: TurnRequest = { choice: {}, system: [], messages, tools: [] };
  expect(toPrompt(request, 'openai')).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'Yes' }] },
  ]);
  expect(toPrompt(request, 'anthropic').map(({ role }) => role)).toEqual(['user', 'assistant', 'assistant']);
});

test('calls without an id, or with one that was there, get one of their own', () => {
  const call = (id: string): AssistantPart => ({ type: 'tool_call', id, name: 'x', input: {} });
  const ids = withUniqueIds([call(''), call('a'), call('b'), call('b')], [{ role: 'assistant', content: [call('a')] }]).map((each) => (each.type === 'tool_call' ? each.id : ''));
  expect(new Set([...ids, 'a']).size).toBe(5);
  expect(ids[2]).toBe('b');
});
