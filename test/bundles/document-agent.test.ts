import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { operationsOf } from '../../src/operations/registry.js';
import { ROOT, TestServer } from '../support/server.js';

type Input = Record<string, unknown> & { op: string; ops?: Input[] };

const BUNDLE = path.join(ROOT, 'bundles/document-agent');
const skills = readdirSync(path.join(BUNDLE, 'skills')).map((name) => ({
  name,
  text: readFileSync(path.join(BUNDLE, 'skills', name, 'SKILL.md'), 'utf8'),
}));

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

function callsOf(text: string): Input[] {
  return [...text.matchAll(/^ *```json\n([\s\S]*?)^ *```$/gm)].map(([, json]) => JSON.parse(json!) as Input);
}

/** Ids for the placeholders of the skills: a document, two levels, and every chunk at the revision that the call says. */
async function idsFor(call: Input): Promise<Record<string, string>> {
  const { document_id: document, root_chunk_id: root } = await server.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'Handbook' });
  const ids: Record<string, string> = { document, root };
  const add = async (name: string, parent: string): Promise<void> => {
    ids[name] = (await server.document<{ id: string }>('create_chunk', { document_id: document, parent_id: ids[parent], title: name })).id;
  };
  await add('parent', 'root');
  for (const name of ['chunk', 'other', 'third']) await add(name, 'parent');
  await add('child', 'other');
  const done = new Set<string>();
  for (const { id, from_id: from, revision, base_revision: base } of call.ops ?? [call]) {
    const [, name] = /^<(.*)>$/.exec(String(id ?? from)) ?? [];
    const wanted = revision ?? base;
    if (name === undefined || typeof wanted !== 'number' || done.has(name)) continue;
    done.add(name);
    for (let revision = 1; revision < wanted; revision += 1) await server.document('update_chunk', { id: ids[name], revision, body: `${revision}` });
  }
  if (call.op === 'undelete') await server.document('delete_chunk', { id: ids.chunk });
  return ids;
}

function withIds(call: Input, ids: Record<string, string>): Input {
  return JSON.parse(JSON.stringify(call).replaceAll(/<(\w+)>/g, (_all, name: string) => ids[name]!)) as Input;
}

describe.each(skills)('$name', ({ text }) => {
  test.each(callsOf(text).map((call, at) => [`${at + 1}: ${call.op}`, call] as const))('call %s is one that works', async (_name, call) => {
    const { op, ...input } = withIds(call, await idsFor(call));
    expect(await server.call(op, input)).toMatchObject({ status: 200 });
  });

  test('every op and name in it is one of ours', () => {
    const operations = operationsOf('document');
    const schemas = operations.flatMap(({ input, output }) => [input, output]).map((schema) => JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })));
    const names = new Set([...operations.map(({ op }) => op), ...schemas.flatMap((schema) => [...schema.matchAll(/"(\w+)":/g)].map(([, key]) => key!))]);
    const elsewhere = ['too_large', 'too_deep', 'root_chunk', 'revision_conflict', 'parent_gone', 'path_taken'];
    const written = [...text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name]) => name!);
    expect(written.length).toBeGreaterThan(0);
    expect(written.filter((name) => !names.has(name) && !elsewhere.includes(name))).toEqual([]);
  });
});

test('splitting, moving and joining as the skills show give what they say', async () => {
  const [, split] = callsOf(skills.find(({ name }) => name === 'semantic-chunking')!.text).filter(({ op }) => op === 'batch');
  const ids = await idsFor(split!);
  await server.document('batch', { ops: withIds(split!, ids).ops });
  const { chunks } = await server.document<{ chunks: { title: string }[] }>('get_subtree', { id: ids.parent, depth: 1 });
  expect(chunks.map(({ title }) => title)).toEqual(['parent', 'Refunds within 30 days', 'Refunds after 30 days', 'Exceptions', 'other', 'third']);

  const joining = callsOf(skills.find(({ name }) => name === 'restructuring')!.text).find(({ ops }) => ops?.some(({ op }) => op === 'delete_chunk'))!;
  const again = await idsFor(joining);
  await server.document('batch', { ops: withIds(joining, again).ops });
  const joined = await server.document<{ chunks: { title: string }[] }>('get_subtree', { id: again.parent });
  expect(joined.chunks.map(({ title }) => title)).toEqual(['parent', 'chunk', 'child', 'third']);
});

test('a second heading of the top level comes below the first', async () => {
  const { root_chunk_id: id } = await server.document<{ root_chunk_id: string }>('import_md', { markdown: '# One\n\n# Two\n' });
  const { chunks } = await server.document<{ chunks: { title: string; depth: number }[] }>('get_subtree', { id });
  expect(chunks).toMatchObject([{ title: 'One', depth: 0 }, { title: 'Two', depth: 1 }]);
});

test('the sample plan imports, its links lead somewhere, and it comes out as it went in', async () => {
  const markdown = readFileSync(path.join(BUNDLE, 'examples/sample-plan.md'), 'utf8');
  const { document_id: id, root_chunk_id: root } = await server.document<{ document_id: string; root_chunk_id: string }>('import_md', { markdown });
  const { chunks } = await server.document<{ chunks: { id: string; title: string; status?: string; fields?: unknown }[] }>('get_subtree', { id: root });
  expect(chunks.find(({ title }) => title === 'On duty')).toMatchObject({ status: 'current', fields: { owner: 'ines' } });
  const edges = await Promise.all(chunks.map((chunk) => server.document<{ edges: { title: string }[]; unresolved: unknown[] }>('get_edges', { id: chunk.id, direction: 'out' })));
  expect(edges.flatMap(({ unresolved }) => unresolved)).toEqual([]);
  expect(edges.flatMap((each) => each.edges.map(({ title }) => title)).sort()).toEqual(['A parcel is lost', 'Refunds']);
  const { markdown: exported } = await server.document<{ markdown: string }>('export_md', { document_id: id, include_metadata: false });
  expect(exported).toBe(markdown.replaceAll(/^<!-- loom: .*\n/gm, ''));
});
