import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Hit } from '../../../src/documents/search/search.js';
import { TestServer, type RefusalBody } from '../../support/server.js';

let server: TestServer;
let plan: { document_id: string; root_chunk_id: string };
let notes: { document_id: string; root_chunk_id: string };

interface Page {
  hits: Hit[];
  next_cursor?: string;
}

async function titles(query: string, filters: Record<string, unknown> = {}): Promise<string[]> {
  const { hits } = await server.document<Page>('search', { query, limit: 100, ...filters });
  return hits.map((hit) => hit.title).toSorted();
}

beforeAll(async () => {
  server = await TestServer.start();
  plan = await server.document('create_document', { title: 'Plan' });
  notes = await server.document('create_document', { title: 'Notes' });
  const add = (title: string, rest: Record<string, unknown> = {}): Promise<{ id: string }> =>
    server.document('create_chunk', { document_id: plan.document_id, title, ...rest });
  const week = await add('Week one');
  await add('Launch day', { parent_id: week.id, body: 'We open the doors.\nPost at ten.', type: 'publication', status: 'scheduled' });
  await add('Press', { body: 'What we say of the day of the launch, and to whom.', type: 'note', status: 'done' });
  await add('Rocket', { body: 'Launching 🚀 is fun' });
  await add('Résumé of Señor Łukasz', { fields: { owner: 'Zoë', nested: { tags: ['kraken', 42] } } });
  await add('发布计划', { body: '我们将在北京发布新产品。' });
  await add('東京での打ち合わせ', { body: 'ｶﾞﾗｽの件' });
  await add('การเปิดตัว', { body: 'เปิดตัวสินค้าใหม่วันศุกร์' });
  await add('Запуск', { body: 'Ещё один день' });
  await add('हिन्दी', { body: 'किताब पढ़ना' });
  await add('계획', { body: '출시 계획을 세운다' });
  await add("Don't panic", { body: 'well-known C++ code, AT&T, 5" pipe, v2.0 {x: [1]} 100% a_b \\ /tmp/x' });
  await server.document('create_chunk', { document_id: notes.document_id, title: 'Elsewhere', body: 'launch day' });
});
afterAll(() => server.stop());

test.each([
  ['words, all of which must be there', 'launch day', ['Elsewhere', 'Launch day', 'Press']],
  ['in any case', 'LAUNCH dAy', ['Elsewhere', 'Launch day', 'Press']],
  ['a phrase', '"launch day"', ['Elsewhere', 'Launch day']],
  ['a prefix', 'laun*', ['Elsewhere', 'Launch day', 'Press', 'Rocket']],
  ['the beginning of a phrase', '"post at te"*', ['Launch day']],
  ['AND', 'launch AND whom', ['Press']],
  ['OR', 'doors OR fun', ['Launch day', 'Rocket']],
  ['NOT', 'launch NOT whom', ['Elsewhere', 'Launch day']],
  ['brackets', '(doors OR fun) AND ten', ['Launch day']],
  ['NOT of brackets', 'launch NOT (whom OR doors)', ['Elsewhere']],
  ['a field', 'zoe', ['Résumé of Señor Łukasz']],
  ['a field within a field', 'kraken 42', ['Résumé of Señor Łukasz']],
  ['accents or none', 'resume senor', ['Résumé of Señor Łukasz']],
  ['nothing', 'absent', []],
])('D12: search finds %s: %s', async (_what, query, expected) => {
  expect(await titles(query)).toEqual(expected.toSorted());
});

test.each([
  ['Chinese, two characters', '北京', '发布计划'],
  ['Chinese, across words', '布新', '发布计划'],
  ['Chinese, one character', '划', '发布计划'],
  ['Japanese', '打ち合', '東京での打ち合わせ'],
  ['Japanese, of other width', 'ガラス', '東京での打ち合わせ'],
  ['Thai', 'สินค้า', 'การเปิดตัว'],
  ['Cyrillic', 'еще', 'Запуск'],
  ['Hindi', 'किताब', 'हिन्दी'],
  ['Korean without its ending', '계획', '계획'],
  ['an emoji', '🚀', 'Rocket'],
])('D12: search works in %s: %s', async (_what, query, title) => {
  expect(await titles(query)).toEqual([title]);
});

test('D12: part of a Hindi word that is not its beginning is not found', async () => {
  expect(await titles('ताब')).toEqual([]);
});

test.each([
  ["don't", ["Don't panic"]],
  ['well-known', ["Don't panic"]],
  ['C++', ["Don't panic"]],
  ['AT&T', ["Don't panic"]],
  ['5" pipe', ["Don't panic"]],
  ['{x: [1]}', ["Don't panic"]],
  ['a_b', ["Don't panic"]],
  ['/tmp/x', ["Don't panic"]],
  ['"unclosed', []],
  ['(((', []],
  ['AND', ['Press']],
  ['NOT launch', []],
  ['launch AND', ['Press']],
  ['🚀 (', ['Rocket']],
  ["'; DROP TABLE chunks; --", []],
  ['title:launch', []],
  ['NEAR(launch day)', []],
  ['^launch', ['Elsewhere', 'Launch day', 'Press']],
  ['*', []],
  ['\\', []],
  ['\u0000', []],
  ['\ud800', []],
  ['“launch day”', ['Elsewhere', 'Launch day']],
  [`${'('.repeat(300)}launch${')'.repeat(300)}`, ['Elsewhere', 'Launch day', 'Press']],
  [`launch ${'NOT x '.repeat(160)}`, ['Elsewhere', 'Launch day', 'Press']],
  ['a '.repeat(500), ["Don't panic"]],
])('D12: the query %j is no error', async (query, expected) => {
  expect(await titles(query)).toEqual(expected.toSorted());
});

test('D12: a hit says where it stands, and shows why it is one', async () => {
  const { hits } = await server.document<Page>('search', { query: 'ten doors', document_id: plan.document_id });
  expect(hits).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      document_id: plan.document_id,
      document_title: 'Plan',
      path: '/documents/plan',
      title: 'Launch day',
      trail: ['Plan', 'Week one'],
      type: 'publication',
      status: 'scheduled',
      revision: 1,
      snippet: 'We open the \u0002doors\u0003. Post at \u0002ten\u0003.',
      score: expect.any(Number) as number,
    },
  ]);
});

test('D12: a title counts more than a body, and scores fall', async () => {
  const { hits } = await server.document<Page>('search', { query: 'launch' });
  expect(hits[0]!.title).toBe('Launch day');
  const scores = hits.map((hit) => hit.score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
});

test('D12: search filters by document, type and status', async () => {
  expect(await titles('launch', { document_id: notes.document_id })).toEqual(['Elsewhere']);
  expect(await titles('launch', { type: 'note' })).toEqual(['Press']);
  expect(await titles('launch', { status: 'scheduled' })).toEqual(['Launch day']);
  expect(await titles('launch', { type: '' })).toEqual(['Elsewhere']);
});

test('D12: search pages on by an opaque cursor, which holds for its query alone', async () => {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Pages' });
  for (let n = 0; n < 9; n += 1) await server.document('create_chunk', { document_id, title: `pages ${'word '.repeat(n % 3)}` });
  const seen: string[] = [];
  let page = await server.document<Page>('search', { query: 'pages', document_id, limit: 4 });
  const first = page;
  while (page.next_cursor !== undefined) {
    seen.push(...page.hits.map((hit) => hit.id));
    // What is written between two pages neither moves a hit to another page nor comes up late.
    await server.document('create_chunk', { document_id, title: 'pages pages pages' });
    page = await server.document<Page>('search', { query: 'pages', document_id, limit: 4, cursor: page.next_cursor });
  }
  seen.push(...page.hits.map((hit) => hit.id));
  expect([seen.length, new Set(seen).size]).toEqual([10, 10]);
  for (const wrong of [{ query: 'other', document_id, cursor: first.next_cursor }, { query: 'pages', document_id, cursor: 'x' }]) {
    const { status, body } = await server.call<RefusalBody>('search', wrong);
    expect([status, body.reason]).toEqual([422, 'invalid_input']);
  }
});

test.each([{ query: '' }, {}, { query: 'x', limit: 0 }, { query: 'x', limit: 101 }, { query: 'x', under_path: 'no-slash' }])(
  'search refuses %j',
  async (input) => {
    const { status, body } = await server.call<RefusalBody>('search', input);
    expect([status, ['invalid_input', 'missing_field'].includes(body.reason)]).toEqual([422, true]);
  },
);

test('the tables of the index are hidden from SQL', async () => {
  for (const table of ['loom_search', 'loom_search_data', 'loom_search_docsize', 'loom_search_chunks']) {
    const { body } = await server.call<RefusalBody>('query_chunks', { sql: `SELECT * FROM ${table}` });
    expect(body.reason).toBe('sql_refused');
  }
});
