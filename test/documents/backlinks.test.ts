import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';

type PageOf<Key extends string, Row> = { next_cursor?: string } & Record<Key, Row[]>;
interface Hit {
  id: string;
  title: string;
  snippet?: string;
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

async function newDocument(title: string, chunks: Record<string, string> = {}): Promise<{ document: string; root: string; ids: Record<string, string> }> {
  const { document_id: document, root_chunk_id: root } = await server.document<Record<'document_id' | 'root_chunk_id', string>>('create_document', { title });
  const ids: Record<string, string> = {};
  for (const [title, body] of Object.entries(chunks)) {
    ids[title] = (await server.document<{ id: string }>('create_chunk', { document_id: document, title, body })).id;
  }
  return { document, root, ids };
}

async function all<Key extends string>(op: string, key: Key, input: Record<string, unknown>): Promise<Hit[]> {
  const hits: Hit[] = [];
  let cursor: string | undefined;
  do {
    const page: PageOf<Key, Hit> = await server.document(op, { ...input, ...(cursor ? { cursor } : {}) });
    hits.push(...page[key]);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return hits;
}

test('backlinks of a chunk say who links, where and in which words', async () => {
  const before = 'words that stand before it '.repeat(20);
  const after = ' words that come after it'.repeat(20);
  const { document, ids } = await newDocument('Guide', {
    Target: '',
    Targets: '',
    near: 'See [[Targets]] and the [[target|goal]]\nof it.',
    far: `${before}![[Target]]${after}`,
    none: 'Target',
  });
  const backlinks = await all('backlinks', 'backlinks', { id: ids.Target, limit: 1 });
  const common = { document_id: document, document_title: 'Guide', to_id: ids.Target };
  const near = backlinks.find(({ title }) => title === 'near');
  expect(near).toEqual({ ...common, id: ids.near, title: 'near', kind: 'link', snippet: 'See [[Targets]] and the [[target|goal]] of it.' });
  const far = backlinks.find(({ title }) => title === 'far')!;
  expect(far).toEqual({ ...common, id: ids.far, title: 'far', kind: 'embed', snippet: expect.stringMatching(/^….*before it !\[\[Target\]\] words that.*…$/) as string });
  expect(far.snippet!.length).toBeLessThan(200);
  expect(backlinks).toHaveLength(2);
});

test('backlinks of a document are those of other documents', async () => {
  const { document, root, ids } = await newDocument('Book', { chapter: '[[Book]]' });
  const other = await newDocument('Reader', { a: `[[${document}]]`, b: '[[Book#chapter]]' });
  const backlinks = await all('backlinks', 'backlinks', { document_id: document, limit: 1 });
  expect(new Set(backlinks.map((hit) => `${hit.id} ${(hit as unknown as { to_id: string }).to_id}`))).toEqual(
    new Set([`${other.ids.a} ${root}`, `${other.ids.b} ${ids.chapter}`]),
  );
});

test('unlinked mentions are whole words in any script and case, and no links', async () => {
  const titles = ['Launch Day', '東京', 'C++', 'été', 'ОТЧЁТ'];
  const { ids } = await newDocument('Words', {
    ...Object.fromEntries(titles.map((title) => [title, ''])),
    plain: 'We meet on LAUNCH\n day, then rest.',
    longer: 'Relaunch day, launch days.',
    linked: 'launch day is [[Launch Day]].',
    japanese: '来年は東京へ行く。',
    plus: 'Written in c++, not C+.',
    french: 'En e\u0301te\u0301 2026; étés',
    russian: 'Наш отчёт готов',
  });
  const mentions = async (title: string): Promise<string[]> =>
    (await all('unlinked_mentions', 'mentions', { id: ids[title], limit: 1 })).map((hit) => `${hit.title}: ${hit.snippet}`);
  expect(await mentions('Launch Day')).toEqual(['plain: We meet on LAUNCH day, then rest.']);
  expect(await mentions('東京')).toEqual(['japanese: 来年は東京へ行く。']);
  expect(await mentions('C++')).toEqual(['plus: Written in c++, not C+.']);
  expect(await mentions('été')).toEqual(['french: En été 2026; étés']);
  expect(await mentions('ОТЧЁТ')).toEqual(['russian: Наш отчёт готов']);
});

test('one call of unlinked_mentions reads a bounded part of the scope, and the cursor goes on', async () => {
  const { document, ids } = await newDocument('Bulk', { Needle: '' });
  const filler = 'x'.repeat(1024 * 1024);
  for (let n = 0; n < 5; n += 1) await server.document('create_chunk', { document_id: document, title: `f${n}`, body: filler });
  await server.document('create_chunk', { document_id: document, title: 'last', body: 'the needle' });
  const first = await server.document<PageOf<'mentions', Hit>>('unlinked_mentions', { id: ids.Needle });
  expect([first.mentions, typeof first.next_cursor]).toEqual([[], 'string']);
  expect((await all('unlinked_mentions', 'mentions', { id: ids.Needle })).map(({ title }) => title)).toEqual(['last']);
});
