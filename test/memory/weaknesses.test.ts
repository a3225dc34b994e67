import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { callTool, memoryOf } from '../support/tools.js';

const OTHER = 'test-token-of-acme-0123456789';

let server: TestServer;
let memory: ReturnType<typeof memoryOf>;
let other: ReturnType<typeof memoryOf>;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        namesake: { tenant: 'acme', subject: 'denn', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ACME' },
      },
      memory: { max_scope_bytes: 60_000, max_value_bytes: 5_000 },
    },
    env: { LOOMCYCLE_TOKEN_ACME: OTHER },
  });
  memory = memoryOf(server);
  other = memoryOf(server, OTHER);
});
afterAll(() => server.stop());

interface Read {
  value: unknown;
  revision: number;
}
interface List {
  entries: { key: string; value: unknown }[];
  truncated: boolean;
}

test('M1: the same subject in another tenant sees and changes nothing, in scope user and agent', async () => {
  const agent = { scope: 'agent', agent: 'drafter' };
  await memory.ok('set', { key: 'secret', value: 'mine' });
  await memory.ok('set', { ...agent, key: 'secret', value: 'mine' });
  expect((await other.ok<List>('list')).entries).toEqual([]);
  expect((await other.ok<List>('search', { query: 'mine' })).entries).toEqual([]);
  expect(await other.ok('get', { key: 'secret' })).toMatchObject({ value: null, revision: 0 });
  expect(await other.ok('delete', { key: 'secret' })).toEqual({ deleted: false });
  await other.ok('set', { key: 'secret', value: 'theirs' });
  expect((await memory.ok<Read>('get', { key: 'secret' })).value).toBe('mine');
  expect((await other.refused('get', { ...agent, key: 'secret' })).reason).toBe('scope_unsupported');
});

test('D4: bodies of documents are in no memory, and the same subject of another tenant reaches none of them', async () => {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'c', body: 'the body' });
  for (const each of [memory, other]) {
    expect((await each.ok<List>('list', { prefix: 'doc' })).entries).toEqual([]);
    expect((await each.ok<List>('search', { query: 'body' })).entries).toEqual([]);
    await each.ok('set', { key: `doc.chunk:${id}`, value: { body: 'overwritten' } });
    await each.ok('delete', { key: `doc.chunk:${id}` });
  }
  expect(await server.document('get_chunk', { id })).toMatchObject({ body: 'the body', revision: 1 });
  const foreign = await callTool(server, 'document', { op: 'get_chunk', id }, { token: OTHER });
  expect([foreign.status, foreign.body.reason]).toEqual([422, 'not_found']);
});

test('M2: a write that the quota refuses leaves nothing, so that it can be repeated', async () => {
  const word = 'x'.repeat(4_000);
  await memory.ok('merge', { key: 'm2/object', value: { kept: 1 } });
  await memory.ok('set', { key: 'm2/list', value: ['kept'] });
  for (let n = 0; ; n += 1) {
    if ((await callTool(server, 'memory', { op: 'set', key: `m2/fill/${n}`, value: word })).status !== 200) break;
  }
  const before = await states();
  const writes: [string, Record<string, unknown>][] = [
    ['merge', { key: 'm2/object', value: { word } }],
    ['append_dedupe', { key: 'm2/list', value: word }],
    ['bounded_list', { key: 'm2/list', value: word, limit: 100 }],
  ];
  const reader = await Subscriber.open(server);
  await reader.subscribe('a', 'memory/*');
  for (const [op, input] of writes) {
    expect((await memory.refused(op, input)).reason).toBe('memory_quota_exceeded');
    expect((await memory.refused(op, { ...input, value: op === 'merge' ? { word: word + word } : word + word })).reason).toBe('memory_value_too_large');
  }
  await reader.settle();
  expect(reader.events).toEqual([]);
  await reader.close();
  expect(await states()).toEqual(before);
  // A full scope still deletes, and what becomes smaller is written.
  await memory.ok('set', { key: 'm2/fill/0', value: 'short' });
  expect(await memory.ok('delete', { key: 'm2/fill/1' })).toEqual({ deleted: true });
  expect(await memory.ok('append_dedupe', { key: 'm2/list', value: word })).toMatchObject({ appended: true, value: ['kept', word] });
  for (const { key } of (await memory.ok<List>('list', { prefix: 'm2/' })).entries) await memory.ok('delete', { key });

  async function states(): Promise<Read[]> {
    return [await memory.ok<Read>('get', { key: 'm2/object' }), await memory.ok<Read>('get', { key: 'm2/list' })];
  }
});

test('M3: a scope takes more than a thousand keys, and the quota counts exactly', async () => {
  const token = OTHER;
  const set = (key: string, value: unknown): Promise<{ status: number }> => callTool(server, 'memory', { op: 'set', key, value }, { token });
  for (let start = 0; start < 1500; start += 100) {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => set(`k${String(start + n).padStart(4, '0')}`, 1)));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 100 }, () => 200));
  }
  // What is there: 1500 keys of 5 bytes with values of 1. Whatever came and went before, the rest is free.
  for (const { key } of (await other.ok<List>('list', { prefix: 'sec' })).entries) await other.ok('delete', { key });
  await other.ok('set', { key: 'big', value: 'x'.repeat(4_998) });
  await other.ok('delete', { key: 'big' });
  let used = 1500 * 6;
  for (let n = 10; used + 2 + 5_000 <= 60_000; n += 1, used += 5_002) await other.ok('set', { key: `${n}`, value: 'x'.repeat(4_998) });
  const rest = 60_000 - used;
  expect((await other.refused('set', { key: 'r', value: 'x'.repeat(rest - 2) })).data).toEqual({ used, limit: 60_000, needed: rest + 1 });
  await other.ok('set', { key: 'r', value: 'x'.repeat(rest - 3) });
  expect((await other.refused('set', { key: 's', value: 1 })).data).toEqual({ used: 60_000, limit: 60_000, needed: 2 });
});

test('M4: a prefix minds case and knows no wildcard', async () => {
  for (const key of ['Case/a', 'case/a', 'case%', 'case_x']) await memory.ok('set', { key, value: 1 });
  const keys = async (prefix: string): Promise<string[]> =>
    (await memory.ok<List>('list', { prefix })).entries.map((entry) => entry.key);
  expect(await keys('case/')).toEqual(['case/a']);
  expect(await keys('Case')).toEqual(['Case/a']);
  expect(await keys('case%')).toEqual(['case%']);
  expect(await keys('case_')).toEqual(['case_x']);
});

test('M4: merge removes keys, at every depth', async () => {
  await memory.ok('set', { key: 'merged', value: { a: 1, b: { c: 2, d: 3 }, e: [1, 2] } });
  expect(await memory.ok('merge', { key: 'merged', value: { a: null, b: { c: null }, e: [3] } })).toEqual({
    value: { b: { d: 3 }, e: [3] },
    revision: 2,
  });
});

test('M4: of many that set what they read, one wins and the others get what it wrote', async () => {
  await memory.ok('set', { key: 'cas', value: 0, if_revision: 0 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => callTool<Record<string, unknown>>(server, 'memory', { op: 'set', key: 'cas', value: n, if_revision: 1 })),
  );
  const winner = answers.findIndex((answer) => answer.status === 200);
  const current = await memory.ok<Read>('get', { key: 'cas' });
  expect(current).toMatchObject({ value: winner, revision: 2 });
  const losers = answers.filter((answer) => answer.status !== 200);
  expect(losers).toHaveLength(19);
  for (const { body } of losers) {
    expect(body).toMatchObject({ reason: 'revision_conflict', data: { current_revision: 2, current: { key: 'cas', value: winner } } });
  }
  expect((await memory.refused('delete', { key: 'cas', if_revision: 1 })).reason).toBe('revision_conflict');
  expect((await memory.refused('set', { key: 'cas', value: 1, if_revision: 0 })).reason).toBe('revision_conflict');
  expect(await memory.ok('delete', { key: 'cas', if_revision: 2 })).toEqual({ deleted: true });
  expect((await memory.refused('set', { key: 'cas', value: 1, if_revision: 2 })).data.current).toBeNull();
});

test('M4: whoever watches gets every change of every key, and nothing of what changed nothing', async () => {
  const reader = await Subscriber.open(server);
  await reader.subscribe('all', 'memory/*');
  await memory.ok('set', { key: 'watch/a b', value: 1 });
  await memory.ok('incr', { key: 'watch/a b' });
  await memory.ok('append_dedupe', { key: 'watch/l', value: 1 });
  await memory.ok('append_dedupe', { key: 'watch/l', value: 1 });
  await memory.ok('delete', { key: 'watch/nothing' });
  await memory.ok('delete', { key: 'watch/a b' });
  await reader.until(() => reader.events.some((event) => event.payload.op === 'delete'));
  expect(reader.events.map(({ topic, payload: { op, key, revision, actor } }) => [topic, op, key, revision, actor])).toEqual([
    ['memory/watch%2Fa%20b', 'set', 'watch/a b', 1, 'denn'],
    ['memory/watch%2Fa%20b', 'incr', 'watch/a b', 2, 'denn'],
    ['memory/watch%2Fl', 'append_dedupe', 'watch/l', 1, 'denn'],
    ['memory/watch%2Fa%20b', 'delete', 'watch/a b', 2, 'denn'],
  ]);
  await reader.close();
});

test('D16: a scope whose memory is full reads, exports, writes and deletes documents', async () => {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const fill = async (): Promise<void> => {
    for (let n = 0; ; n += 1) {
      if ((await callTool(server, 'memory', { op: 'set', key: `fill/${n}`, value: 'x'.repeat(4_000) })).status !== 200) return;
    }
  };
  await fill();
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'c', body: 'b'.repeat(100_000) });
  expect(await server.document('get_chunk', { id })).toMatchObject({ title: 'c' });
  expect(await server.document('export_md', { document_id })).toMatchObject({ title: 'Plan' });
  expect(await server.document('delete_document', { id: document_id })).toMatchObject({ deleted: true });
});

test('D19: documents count nothing against memory, however many chunks they have', async () => {
  const { entries } = await memory.ok<List>('list', { prefix: 'fill/' });
  for (const { key } of entries) await memory.ok('delete', { key });
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Large' });
  const markdown = Array.from({ length: 1_200 }, (_, n) => `## ${n}\n\n${'b'.repeat(100)}\n`).join('\n');
  await server.document('import_md', { document_id, markdown: `# All\n\n${markdown}` });
  await memory.ok('set', { key: 'after', value: 'x'.repeat(4_000) });
});
