import { expect, test } from 'vitest';
import type { Message, TurnRequest } from '../../src/models/model.js';
import type { MockScript } from '../../src/models/settings.js';
import { said, TestModels } from './fake-provider.js';

const DOCUMENT = [{ name: 'Document', description: '', input_schema: { type: 'object' } }];

function models(script: MockScript): TestModels {
  return new TestModels({ mock: { scripts: { clerk: script } } });
}

/** Lets a run go on until the model calls nothing any more: each call returns the next of these outputs. */
async function run(taking: TestModels, messages: readonly Message[], outputs: readonly string[] = []): Promise<Message[]> {
  const { turn } = await taking.turn(request(messages));
  const after: Message[] = [...messages, { role: 'assistant', content: turn.content }];
  const calls = turn.content.flatMap((part) => (part.type === 'tool_call' ? [part] : []));
  if (calls.length === 0) return after;
  const results = calls.map(({ id, name }, at) => ({ type: 'tool_result' as const, id, name, output: outputs[at]!, is_error: outputs[at]!.startsWith('error') }));
  return run(taking, [...after, { role: 'tool', content: results }], outputs.slice(calls.length));
}

function request(messages: readonly Message[]): Partial<TurnRequest> {
  return { choice: { provider: 'mock', model: 'clerk' }, messages, tools: DOCUMENT, system: [{ type: 'text', text: 'You file things.' }] };
}

const FILING: MockScript = {
  turns: [
    { thinking: 'First the document.', tool_calls: [{ name: 'Document', input: { op: 'create_document', title: '{{prompt}}' } }] },
    { text: 'Now a chunk.', tool_calls: [{ name: 'Document', input: { op: 'create_chunk', document_id: '{{result.0.document_id}}', fields: '{{result.0.fields}}', body: 'As JSON: {{json result.0.fields}}' } }] },
    { text: 'Filed under {{tool.Document.id}} by {{call.0.name}} after {{turn}} turns: {{task}}' },
  ],
};

test('a script calls tools, reads their results and ends; the calls have ids that follow from the conversation', async () => {
  const messages = await run(models(FILING), [said('Plan')], ['{"document_id":"d1","fields":{"n":1}}', '{"id":"k1"}']);
  expect(messages.flatMap((message) => (message.role === 'assistant' ? message.content : []))).toEqual([
    { type: 'thinking', text: 'First the document.' },
    { type: 'tool_call', id: 'call_1', name: 'Document', input: { op: 'create_document', title: 'Plan' } },
    { type: 'text', text: 'Now a chunk.' },
    { type: 'tool_call', id: 'call_2', name: 'Document', input: { op: 'create_chunk', document_id: 'd1', fields: { n: 1 }, body: 'As JSON: {"n":1}' } },
    { type: 'text', text: 'Filed under k1 by Document after 2 turns: Plan' },
  ]);
});

test('a run that is taken up again by another process goes on where it was', async () => {
  const whole = await run(models(FILING), [said('Plan')], ['{"document_id":"d1","fields":{}}', '{"id":"k1"}']);
  for (const at of [1, 3, 5]) {
    const { turn } = await models(FILING).turn(request(whole.slice(0, at)));
    expect(turn.content).toEqual(whole[at]!.content);
  }
});

test('turns with a condition answer whenever it holds, as loops do; the others come one after the other', async () => {
  const polling: MockScript = {
    turns: [
      { when: { last_is_error: true }, text: 'It failed: {{last}}' },
      { when: { last_tool: 'Document', last_lacks: 'ready', turns_below: 5 }, tool_calls: [{ name: 'Document', input: { op: 'get_chunk', id: 'again' } }] },
      { tool_calls: [{ name: 'Document', input: { op: 'get_chunk', id: 'first' } }] },
      { text: 'It is there.' },
    ],
  };
  const calls = (messages: readonly Message[]) => messages.flatMap((message) => (message.role === 'assistant' ? message.content.map((part) => (part.type === 'tool_call' ? part.input.id : part.text)) : []));
  expect(calls(await run(models(polling), [said('Wait')], ['no', 'no', 'ready']))).toEqual(['first', 'again', 'again', 'It is there.']);
  expect(calls(await run(models(polling), [said('Wait')], ['error: gone']))).toEqual(['first', 'It failed: error: gone']);
});

test('a script that loops begins anew for each message', async () => {
  const echo = models({ loop: true, turns: [{ text: 'You said: {{prompt}}' }] });
  const messages = await run(echo, [...(await run(echo, [said('one')])), said('two')]);
  expect(messages.at(-1)).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'You said: two' }] });
});

test('a script that is at its end, or reads what is not there, fails the turn and says where', async () => {
  const short = await models({ turns: [{ text: 'Once' }] }).failing(request([said('a'), { role: 'assistant', content: [{ type: 'text', text: 'Once' }] }, said('b')]));
  expect(short.error).toMatchObject({ reason: 'model_refused', message: 'mock/clerk failed: 400: mock.scripts.clerk: no turn is left after 1 answers: add one, or loop: true' });
  const empty = await models({ turns: [{ text: '{{result.0.id}}' }] }).failing(request([said('a')]));
  expect(empty.error).toMatchObject({ message: 'mock/clerk failed: 400: mock.scripts.clerk: turns.0: {{result.0.id}} stands for nothing here' });
});

test('the first attempts of each turn fail, and retries overcome it as with any provider', async () => {
  const failing = models({ loop: true, turns: [{ text: 'Done' }], fail: { first: 2, status: 429, retry_after_ms: 3000 } });
  const { turn, events } = await failing.turn(request([said('a')]));
  expect(events.map(({ type }) => type)).toEqual(['retry', 'retry', 'text']);
  expect(failing.waits).toEqual([3000, 3000]);
  expect(turn.content).toEqual([{ type: 'text', text: 'Done' }]);
  expect((await failing.turn(request([said('b')]))).events.filter(({ type }) => type === 'retry')).toHaveLength(2);
});

test('a share of attempts fails, the same ones for the same seed; all turns come through', async () => {
  const retries = async (seed: number): Promise<number[]> => {
    const limited = models({ loop: true, turns: [{ text: 'Done' }], fail: { rate: 0.2, seed, status: 429 } });
    const counts: number[] = [];
    for (let at = 0; at < 100; at += 1) counts.push((await limited.turn(request([said(`turn ${at}`)]))).events.filter(({ type }) => type === 'retry').length);
    return counts;
  };
  const first = await retries(1);
  const sum = first.reduce((a, b) => a + b, 0);
  expect(sum).toBeGreaterThan(10);
  expect(sum).toBeLessThan(45);
  expect(await retries(1)).toEqual(first);
  expect(await retries(2)).not.toEqual(first);
});

test('a failure in the midst of the stream sends half of the text, then the turn begins anew', async () => {
  const breaking = models({ turns: [{ text: 'one two three four' }], fail: { first: 1, status: 500, mid_stream: true } });
  const { turn, events } = await breaking.turn(request([said('a')]));
  const texts = events.map((event) => (event.type === 'text' ? event.text : event.type));
  expect(texts).toEqual(['one', ' two', 'retry', 'one', ' two', ' three', ' four']);
  expect(turn.content).toEqual([{ type: 'text', text: 'one two three four' }]);
});
