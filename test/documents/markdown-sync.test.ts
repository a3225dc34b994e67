import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// An edited export comes back into its document: what stays, what is written, and what is told of it.

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Synced {
  document_id: string;
  root_chunk_id: string;
  chunks_created: number;
  chunks_updated: number;
  chunks_moved: number;
  chunks_deleted: number;
  chunks_unchanged: number;
  edges_added: number;
  edges_removed: number;
}
interface Head {
  id: string;
  title: string;
  revision: number;
  position: number;
  parent_id?: string;
  status?: string;
}

const PLAN = '# Plan\n\n## A\n\na\n\n### A1\n\n## B\n\nb\n\n## C\n';

async function imported(markdown = PLAN): Promise<string> {
  return (await server.document<Synced>('import_md', { markdown })).document_id;
}
async function exported(document_id: string, include_metadata = true): Promise<string> {
  return (await server.document<{ markdown: string }>('export_md', { document_id, include_metadata })).markdown;
}
async function heads(document_id: string): Promise<Map<string, Head>> {
  const { chunks } = await server.document<{ chunks: Head[] }>('query_chunks', { document_id, limit: 1000 });
  return new Map(chunks.map((head) => [head.title, head]));
}
const sync = (document_id: string, markdown: string, mode = 'replace'): Promise<Synced> =>
  server.document<Synced>('import_md', { document_id, markdown, mode });

const NOTHING = {
  chunks_created: 0, chunks_updated: 0, chunks_moved: 0, chunks_deleted: 0, edges_added: 0, edges_removed: 0,
};

test('D11: an edited export keeps the ids and revisions of what it leaves alone, and tells what it did, chunk by chunk', async () => {
  const document_id = await imported();
  const before = await heads(document_id);
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', `documents/${document_id}/chunks`);
  const edited = (await exported(document_id)).replace('\na\n', '\nnew\n').replace(/## C\n/, '## New\n\n## C\n').replace(/## B\n[^#]*/, '');
  const result = await sync(document_id, edited);
  expect(result).toEqual({
    ...NOTHING, document_id, root_chunk_id: before.get('Plan')!.id, chunks_created: 1, chunks_updated: 1, chunks_deleted: 1, chunks_unchanged: 3,
  });
  const after = await heads(document_id);
  for (const title of ['Plan', 'A1', 'C']) {
    expect(after.get(title)).toMatchObject({ id: before.get(title)!.id, revision: 1 });
  }
  expect(after.get('A')).toMatchObject({ id: before.get('A')!.id, revision: 2 });
  await reader.settle();
  expect(reader.events.map(({ payload }) => [payload.op, payload.chunk_id])).toEqual([
    ['update_chunk', before.get('A')!.id],
    ['create_chunk', after.get('New')!.id],
    ['delete_chunk', before.get('B')!.id],
  ]);
  await reader.close();
});

test('an unedited export writes nothing: no revision, no event, not even the time of the document', async () => {
  const document_id = await imported();
  const before = await server.document('get_document', { id: document_id });
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', `documents/${document_id}/chunks`);
  expect(await sync(document_id, await exported(document_id))).toMatchObject({ ...NOTHING, chunks_unchanged: 5 });
  await reader.settle();
  expect(reader.events).toEqual([]);
  expect(await server.document('get_document', { id: document_id })).toEqual(before);
  await reader.close();
});

test('a section that is cut and pasted elsewhere moves with what is below it, in one move', async () => {
  const document_id = await imported();
  const text = await exported(document_id);
  const section = /## A\n[^]*(?=## B)/.exec(text)![0];
  const result = await sync(document_id, `${text.replace(section, '')}\n${section}`);
  expect(result).toMatchObject({ ...NOTHING, chunks_moved: 1, chunks_unchanged: 4 });
  const after = await heads(document_id);
  expect(['B', 'C', 'A'].map((title) => after.get(title)!.position)).toEqual([0, 1, 2]);
  expect([after.get('A')!.revision, after.get('B')!.revision]).toEqual([2, 1]);
});

test('merge keeps what the text does not have, where it was', async () => {
  const document_id = await imported();
  const edited = (await exported(document_id)).replace(/## B\n[^#]*/, '').replace('\na\n', '\nnew\n');
  expect(await sync(document_id, `${edited}\n## D\n`, 'merge')).toMatchObject({
    ...NOTHING, chunks_created: 1, chunks_updated: 1, chunks_unchanged: 4,
  });
  const text = await exported(document_id, false);
  expect(text).toBe('# Plan\n\n## A\n\nnew\n\n### A1\n\n## B\n\nb\n\n## C\n\n## D\n');
});

test('an id of another document, and one that is there twice, is a new chunk', async () => {
  const [document_id, other] = [await imported(), await imported('# Other\n\n## Foreign\n\ntext\n')];
  const foreign = (await exported(other)).replace(/^[^]*?(?=## Foreign)/, '');
  const text = await exported(document_id);
  const again = /## B\n[^]*?(?=## C)/.exec(text)![0];
  const result = await sync(document_id, `${text}\n${foreign}\n${again}`);
  expect(result).toMatchObject({ ...NOTHING, chunks_created: 2, chunks_unchanged: 5 });
  expect(await exported(other)).toContain('## Foreign');
  expect((await heads(other)).get('Foreign')!.revision).toBe(1);
});

test('status, type and fields follow the metadata, and a status is written once where it is a field too', async () => {
  await server.document('define_type', { name: 'post', fields: [{ name: 'status', type: 'enum', values: ['open', 'done'] }] });
  const document_id = await imported('# Plan\n\n## Day\n<!-- loom: {"type":"post","status":"open","fields":{"n":1}} -->\n');
  const text = await exported(document_id);
  await sync(document_id, text.replace('"status":"open"', '"status":"done"'));
  expect((await heads(document_id)).get('Day')).toMatchObject({ revision: 2, status: 'done', fields: { n: 1, status: 'done' } });
  await sync(document_id, (await exported(document_id)).replace('"n":1,', ''));
  expect((await heads(document_id)).get('Day')).toMatchObject({ revision: 3, fields: { status: 'done' } });
});

test('D11: a sync that breaks a type changes nothing, however much of it came before', async () => {
  await server.document('define_type', { name: 'dated', fields: [{ name: 'date', type: 'date' }] });
  const document_id = await imported();
  const before = await exported(document_id);
  const bad = `${before.replace('\na\n', '\nnew\n')}\n## Bad\n<!-- loom: {"type":"dated","fields":{"date":"soon"}} -->\n`;
  const { status, body } = await server.call<RefusalBody>('import_md', { document_id, markdown: bad, mode: 'replace' });
  expect([status, body.reason]).toEqual([422, 'invalid_field']);
  expect(await exported(document_id)).toBe(before);
});

test('without metadata the headings are the way: a body, a new heading and a new title are one write each', async () => {
  const document_id = await imported('# Plan\n\n## Day\n<!-- loom: {"type":"post","status":"open"} -->\n\none\n\n## Notes\n\n### Day\n\ntwo\n\n## End\n\nbye\n');
  const before = await heads(document_id);
  const text = await exported(document_id, false);
  const edited = text.replace('\none\n', '\none and a half\n').replace('## End', '## The end').replace('### Day', '### New\n\n### Day');
  expect(await sync(document_id, edited)).toMatchObject({ ...NOTHING, chunks_created: 1, chunks_updated: 2, chunks_unchanged: 3 });
  expect(await exported(document_id, false)).toBe(edited);
  const after = await heads(document_id);
  expect(after.get('The end')!.id).toBe(before.get('End')!.id);
  const { chunks } = await server.document<{ chunks: Head[] }>('query_chunks', { document_id, type: 'post' });
  expect(chunks).toMatchObject([{ title: 'Day', status: 'open', revision: 2 }]);
  expect(await sync(document_id, edited)).toMatchObject({ ...NOTHING, chunks_unchanged: 6 });
});

test('the preamble and a text without any heading are the chunks that they were', async () => {
  const document_id = await imported('---\ntitle: x\n---\n\nintro\n\n# Plan\n\nbody\n');
  const plain = await exported(document_id, false);
  expect(await sync(document_id, plain)).toMatchObject({ ...NOTHING, chunks_unchanged: 2 });
  expect(await sync(document_id, plain.replace('intro', 'more'))).toMatchObject({ ...NOTHING, chunks_updated: 1 });
  expect(await sync(document_id, 'only text')).toMatchObject({ ...NOTHING, chunks_updated: 1, chunks_deleted: 1 });
  expect(await exported(document_id, false)).toBe('# Plan\n\nonly text\n');
});

test('a title names the root, and with it the document', async () => {
  const document_id = await imported();
  await server.document('import_md', { document_id, markdown: await exported(document_id), mode: 'merge', title: 'Renamed' });
  expect(await server.document('get_document', { id: document_id })).toMatchObject({ title: 'Renamed' });
});

test('a text whose root is not first is refused', async () => {
  const document_id = await imported();
  const text = `# Above\n\n${(await exported(document_id)).replaceAll(/^#/gm, '##')}`;
  const { status, body } = await server.call<RefusalBody>('import_md', { document_id, markdown: text, mode: 'replace' });
  expect([status, body.reason]).toEqual([422, 'root_chunk']);
});

test.each([
  ['missing_field', { mode: 'replace' }],
  ['invalid_input', { mode: 'replace', parent_id: 'a'.repeat(32) }],
  ['invalid_input', { mode: 'all' }],
  ['invalid_input', { force: true }],
  ['not_found', { mode: 'merge', document_id: 'a'.repeat(32) }],
])('%s: %j', async (reason, input) => {
  const document_id = 'document_id' in input || reason === 'missing_field' ? {} : { document_id: await imported() };
  const { body } = await server.call<RefusalBody>('import_md', { markdown: '# A\n', ...document_id, ...input });
  expect(body.reason).toBe(reason);
});

test('a sync that would make the document too deep is refused, before anything is written', async () => {
  const document_id = await imported();
  const before = await exported(document_id);
  const deep = Array.from({ length: 70 }, (_, at) => `###### d\n<!-- loom: {"depth":${at + 7}} -->\n`).join('\n');
  const { status, body } = await server.call<RefusalBody>('import_md', { document_id, markdown: `${before}\n${deep}`, mode: 'replace' });
  expect([status, body.reason]).toEqual([422, 'too_deep']);
  expect(await exported(document_id)).toBe(before);
});

test('2,000 siblings in reverse are 1,999 moves', async () => {
  const titles = Array.from({ length: 2000 }, (_, index) => `c${index}`);
  const document_id = await imported(`# Plan\n\n${titles.map((title) => `## ${title}\n`).join('\n')}`);
  const [root, ...sections] = (await exported(document_id)).split(/(?=^## )/m);
  const result = await sync(document_id, `${root}${sections.reverse().join('\n')}`);
  expect(result).toMatchObject({ ...NOTHING, chunks_moved: 1999, chunks_unchanged: 2 });
  const text = await exported(document_id, false);
  expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(titles.toReversed());
});
