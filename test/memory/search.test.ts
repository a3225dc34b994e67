import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';
import { memoryOf } from '../support/tools.js';

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start();
  memory = memoryOf(server);
  const entries: Record<string, unknown> = {
    'user/drink': { likes: ['green tea', 'Espresso'], cups: 3 },
    'user/food': 'green curry, never liver',
    'note/ja': '私は東京都に住んでいます',
    'note/zh': { 城市: '北京', 天气: '晴' },
    'note/th': 'ฉันชอบกินข้าวผัด',
    'note/hi': 'मुझे हिन्दी पसंद है',
    'note/ru': 'Столица — Москва',
    'note/el': 'Ο καφές είναι έτοιμος',
    'note/ko': '서울에서 만나요',
    'note/he': 'שלום עולם',
  };
  for (const [key, value] of Object.entries(entries)) await memory.ok('set', { key, value });
});
afterAll(() => server.stop());

async function found(query: string, input: Record<string, unknown> = {}): Promise<string[]> {
  const { entries } = await memory.ok<{ entries: { key: string }[] }>('search', { query, ...input });
  return entries.map((entry) => entry.key).sort();
}

test.each([
  ['green', ['user/drink', 'user/food']],
  ['green tea', ['user/drink']],
  ['"tea green"', []],
  ['ESPRESSO', ['user/drink']],
  ['espr*', ['user/drink']],
  ['liver OR tea', ['user/drink', 'user/food']],
  ['green NOT curry', ['user/drink']],
  ['drink', ['user/drink']],
  ['3', ['user/drink']],
  ['东', []],
  ['東京', ['note/ja']],
  ['東京都', ['note/ja']],
  ['京東', []],
  ['北京', ['note/zh']],
  ['晴', ['note/zh']],
  ['城市', ['note/zh']],
  ['ข้าว', ['note/th']],
  ['हिन्दी', ['note/hi']],
  ['москва', ['note/ru']],
  ['καφες', ['note/el']],
  ['서울*', ['note/ko']],
  ['שלום', ['note/he']],
  ['NEAR(green tea) AND', []],
  ['green" OR key:x', ['user/drink', 'user/food']],
])('search %s', async (query, keys) => {
  expect(await found(query)).toEqual(keys);
});

test('only under a prefix', async () => {
  expect(await found('green', { prefix: 'user/f' })).toEqual(['user/food']);
});

test('the best comes first, a page at a time', async () => {
  for (let n = 0; n < 12; n += 1) await memory.ok('set', { key: `rank/${n}`, value: `zebra ${'and more '.repeat(n)}` });
  type Page = { entries: { key: string; score: number }[]; next_cursor: string; truncated: boolean };
  const first = await memory.ok<Page>('search', { query: 'zebra', top_k: 8 });
  expect([first.entries[0]!.key, first.entries.length, first.truncated]).toEqual(['rank/0', 8, true]);
  const second = await memory.ok<Page>('search', { query: 'zebra', limit: 8, cursor: first.next_cursor });
  expect(second.truncated).toBe(false);
  const scores = [...first.entries, ...second.entries].map((entry) => entry.score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(new Set([...first.entries, ...second.entries].map((entry) => entry.key)).size).toBe(12);
});

test('finds what stands there now, and nothing that is gone', async () => {
  await memory.ok('set', { key: 'changing', value: 'walrus' });
  await memory.ok('set', { key: 'changing', value: 'narwhal' });
  expect([await found('walrus'), await found('narwhal')]).toEqual([[], ['changing']]);
  await memory.ok('delete', { key: 'changing' });
  expect(await found('narwhal')).toEqual([]);
});

test('a query without a word is refused', async () => {
  expect((await memory.refused('search', { query: '!!! "" *' })).reason).toBe('invalid_input');
});
