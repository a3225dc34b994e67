import { expect, test } from 'vitest';
import type { Message, TurnRequest } from '../../src/models/model.js';
import { said, TestModels } from './fake-provider.js';

const models = new TestModels({});
const DOCUMENT = [{ name: 'Document', description: '', input_schema: { type: 'object' } }];
const PLAN = { document_id: 'd1', title: 'Plan', root_chunk_id: 'r1', path: '/documents/plan', chunk_count: 2 };
const LISTED = { documents: [PLAN, { ...PLAN, title: 'Notes', path: '/documents/notes', chunk_count: 1 }] };
const TREE = (bodies: boolean) => ({ chunks: [{ title: 'Plan', depth: 0, ...(bodies ? { body: '' } : {}) }, { title: 'Goals', depth: 1, ...(bodies ? { body: 'Ship it.' } : {}) }], truncated: false });

/** The calls that a command leads to, answered one by one, and the text in the end. */
async function talk(prompt: string, ...outputs: unknown[]) {
  return talkOf({}, prompt, ...outputs);
}

async function talkOf(about: Pick<Partial<TurnRequest>, 'system'>, prompt: string, ...outputs: unknown[]) {
  const messages: Message[] = [said(prompt)];
  const calls: unknown[] = [];
  for (;;) {
    const { turn } = await models.turn({ ...about, messages, tools: DOCUMENT });
    const [part] = turn.content;
    if (part?.type !== 'tool_call') return { calls, text: part?.text };
    calls.push(part.input);
    const output = outputs.shift();
    messages.push({ role: 'assistant', content: turn.content }, { role: 'tool', content: [{ type: 'tool_result', id: part.id, name: part.name, output: typeof output === 'string' ? output : JSON.stringify(output), is_error: typeof output === 'string' }] });
  }
}

const SIGNED = 'This is the offline writer: no model was asked.';

test('it lists the documents', async () => {
  expect(await talk('List my documents.', LISTED)).toEqual({
    calls: [{ op: 'list_documents' }],
    text: `2 documents:\n- Plan (/documents/plan, 2 chunks)\n- Notes (/documents/notes, 1 chunk)\n\n${SIGNED}`,
  });
});

test('it shows the outline or the text of a document, by path, title or the one that is looked at', async () => {
  const outline = { text: `- Plan\n  - Goals\n\n${SIGNED}` };
  expect(await talk('outline /documents/plan', PLAN, TREE(false))).toEqual({
    ...outline,
    calls: [{ op: 'get_document', path: '/documents/plan' }, { op: 'get_subtree', id: 'r1', include_body: false }],
  });
  expect(await talk('Show me the outline of "plan"', LISTED, TREE(false))).toEqual({ ...outline, calls: [{ op: 'list_documents' }, { op: 'get_subtree', id: 'r1', include_body: false }] });
  expect(await talk('[context]\ndocument_id: d1\nscope: user\n[/context]\nShow this document', PLAN, TREE(true))).toEqual({
    calls: [{ op: 'get_document', id: 'd1' }, { op: 'get_subtree', id: 'r1', include_body: true }],
    text: `# Plan\n\n## Goals\n\nShip it.\n\n${SIGNED}`,
  });
});

test('this document is the one that whoever began the run has open, unless a message says which', async () => {
  const told = { system: [{ type: 'text', text: 'You edit. A context names document_id, scope.' }, { type: 'text', text: 'About this run, from whoever began it:\n{"document_id":"d1","title":"Plan"}' }] as const };
  expect((await talkOf(told, 'Outline this document', PLAN, TREE(false))).calls[0]).toEqual({ op: 'get_document', id: 'd1' });
  expect((await talkOf(told, '[context]\ndocument_id=d2 scope=user\n[/context]\nOutline this document', PLAN, TREE(false))).calls[0]).toEqual({ op: 'get_document', id: 'd2' });
  expect((await talkOf({ system: [{ type: 'text', text: '{"document_id":"d1"}', untrusted: true }] }, 'Outline this document')).calls).toEqual([]);
});

test('it says what was refused, and what there is where nothing is called so', async () => {
  expect((await talk('show /documents/gone', 'not_found: no document at /documents/gone')).text).toBe(`Document refused that: not_found: no document at /documents/gone\n\n${SIGNED}`);
  expect((await talk('show the document "Other"', LISTED)).text).toContain('No document is called "Other". 2 documents:');
});

const ARTICLE = `# Tides

The tides of the Bay of Fundy are the highest tides on earth. At Burntcoat Head the tides rise sixteen metres in six hours. Tourists like it.

Bakers bake bread in the morning. The tides follow the moon, and the highest tides come with the full moon. My cousin once saw a whale there.

\`\`\`
tides tides tides tides tides tides
\`\`\`

Engineers have measured the tides since 1916 and plan turbines that the tides would drive. Lunch is at noon for most people. Nobody knows.`;

test('of a text it quotes the sentences that say most of it, word by word, and says who wrote', async () => {
  const request: Partial<TurnRequest> = { messages: [{ role: 'user', content: [{ type: 'text', text: 'Sum it up.' }, { type: 'text', text: ARTICLE, untrusted: true }] }] };
  const { turn } = await models.turn(request);
  const [part] = turn.content;
  const quoted = (part as { text: string }).text.split('\n').filter((line) => line.startsWith('- ')).map((line) => line.slice(2));
  expect(quoted).toHaveLength(5);
  for (const sentence of quoted) expect(ARTICLE).toContain(sentence);
  expect(quoted[0]).toBe('The tides of the Bay of Fundy are the highest tides on earth.');
  expect(quoted).not.toContain('Bakers bake bread in the morning.');
  expect((part as { text: string }).text).toContain(SIGNED);
  expect((await models.turn(request)).turn.content).toEqual(turn.content);
  expect(turn).toMatchObject({ provider: 'offline', cost_usd: 0 });
});

test('asked for anything else it says what it can do', async () => {
  const { turn } = await models.turn({ messages: [said('Write me a poem about the sea')], tools: DOCUMENT });
  expect(turn.content).toMatchObject([{ type: 'text', text: expect.stringContaining('configure a model') as string }]);
});
