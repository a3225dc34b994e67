import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN, person, Reloading, tokenOf } from '../support/reloading.js';
import { callTool } from '../support/tools.js';

// Reporters, which do nothing without publications: when they are woken shows which thread goes on.

interface Report {
  name: string;
  principal: string;
  state: string;
  cursor: number;
  wakes: number;
  restarts: number;
  last_wake_at: string | null;
  last_error: string | null;
}

const agent = (topic: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  resident: true,
  code: 'reporter',
  principal: 'denn',
  subscribe: [{ topic }],
  ...more,
});

let reloading: Reloading;
beforeEach(() => {
  reloading = undefined as unknown as Reloading;
});
afterEach(() => reloading.stop());

async function reports(): Promise<Report[]> {
  return (await reloading.server.get<{ residents: Report[] }>('/v1/_residents')).body.residents;
}

/** Asks until an agent is as wanted. */
async function until(name: string, wanted: (report: Report) => boolean): Promise<Report> {
  for (;;) {
    const report = (await reports()).find((each) => each.name === name);
    if (report && wanted(report)) return report;
  }
}

const idle = ({ state, wakes }: Report): boolean => state === 'idle' && wakes > 0;

async function createDocument(title: string): Promise<void> {
  await reloading.server.document('create_document', { title });
}

/** Place of an agent as the scope's file has it. */
function durableCursor(name: string): number | undefined {
  const file = path.join(reloading.files.home, 'data/sqlmem/default/user/denn.db');
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare('SELECT seq FROM loom_consumers WHERE consumer = ?').pluck().get(`resident:${name}`) as number | undefined;
  } finally {
    db.close();
  }
}

test('one with other settings is started anew and goes on from its place; another goes on untouched in its thread', async () => {
  reloading = await Reloading.start({ agents: { first: agent('types'), second: agent('types') } });
  await until('first', idle);
  await until('second', idle);
  await reloading.server.document('define_type', { name: 'talk', fields: [] });
  const first = await until('first', (each) => idle(each) && each.wakes === 2);
  const second = await until('second', (each) => idle(each) && each.wakes === 2);

  const { changed } = await reloading.apply({ agents: { first: agent('documents/**', { settings: { heading: 'Weeks' } }), second: agent('types') } });
  expect(changed).toEqual(['~ agents.first']);
  const anew = await until('first', idle);
  // Its start is its first wake.
  expect(anew.wakes).toBe(1);
  expect(anew.cursor).toBeGreaterThanOrEqual(first.cursor);
  expect((await reports()).find(({ name }) => name === 'second')).toEqual(second);

  await createDocument('wakes the first alone');
  await until('first', (each) => idle(each) && each.wakes === 2);
  await reloading.server.document('define_type', { name: 'paper', fields: [] });
  const woken = await until('second', (each) => idle(each) && each.wakes > 2);
  expect([woken.wakes, woken.restarts]).toEqual([3, 0]);
  expect((await until('first', idle)).wakes).toBe(2);
});

test('one that is removed or switched off stops, and begins again from its place', async () => {
  const both = { agents: { first: agent('documents/**'), second: agent('types') } };
  reloading = await Reloading.start(both);
  await until('first', idle);
  await createDocument('one');
  await until('first', (each) => idle(each) && each.wakes === 2);
  const place = durableCursor('first');
  expect(place).toBeGreaterThan(0);

  expect((await reloading.apply({ agents: { first: { ...agent('documents/**'), resident: false } } })).changed).toEqual(['~ agents.first', '- agents.second']);
  expect(await reports()).toEqual([]);
  await createDocument('two');
  expect(durableCursor('first')).toBe(place);

  expect((await reloading.apply(both)).changed).toEqual(['~ agents.first', '+ agents.second']);
  await until('first', (each) => idle(each) && each.cursor > place!);
  expect(durableCursor('first')).toBeGreaterThan(place!);
  expect((await reports()).map(({ name }) => name)).toEqual(['first', 'second']);
});

test('one whose thread cannot start is removed like any other, and repaired like any other', async () => {
  reloading = await Reloading.start({ agents: { broken: agent('types', { code: 'no-such-code' }), whole: agent('types') } });
  await until('broken', ({ restarts }) => restarts >= 2);
  await reloading.apply({ agents: { broken: agent('types'), whole: agent('types') } });
  expect((await until('broken', idle)).restarts).toBe(0);
  await reloading.apply({ agents: { broken: agent('types', { code: 'no-such-code' }), whole: agent('types') } });
  await until('broken', ({ restarts }) => restarts >= 2);
  await reloading.apply({ agents: { whole: agent('types') } });
  expect((await reports()).map(({ name }) => name)).toEqual(['whole']);
});

test('other scopes of its principal hold at its next call, in the same thread', async () => {
  const config = (scopes: string[]): Record<string, unknown> => ({
    principals: { denn: ADMIN, anna: person('anna', scopes) },
    agents: { clock: agent('types', { principal: 'anna', every: '100ms' }) },
  });
  reloading = await Reloading.start(config(['substrate:tenant']), { anna: tokenOf('anna') });
  const before = await until('clock', ({ wakes }) => wakes >= 2);
  await reloading.apply(config(['memory:read']), { anna: tokenOf('anna') });
  const refused = await until('clock', ({ state }) => state === 'retrying');
  expect(refused.last_error).toContain('needs the scope documents:read');
  await reloading.apply(config(['channel:read', 'documents:read', 'documents:write']), { anna: tokenOf('anna') });
  const again = await until('clock', ({ state, last_error, wakes }) => state === 'idle' && last_error === null && wakes > refused.wakes);
  expect([again.restarts, again.wakes > before.wakes]).toEqual([0, true]);
});

test('the storage of an agent is there for whom it acts now', async () => {
  const people = { denn: ADMIN, anna: person('anna'), kim: person('kim') };
  const secrets = { anna: tokenOf('anna'), kim: tokenOf('kim') };
  reloading = await Reloading.start({ principals: people }, secrets);
  const mayList = async (name: string): Promise<boolean> => {
    const input = { op: 'list_documents', scope: 'agent', agent: 'scribe' };
    return (await callTool(reloading.server, 'document', input, { token: tokenOf(name) })).status === 200;
  };
  expect([await mayList('anna'), await mayList('kim')]).toEqual([false, false]);
  await reloading.apply({ principals: people, agents: { scribe: agent('types', { principal: 'anna' }) } }, secrets);
  expect([await mayList('anna'), await mayList('kim')]).toEqual([true, false]);
  await reloading.apply({ principals: people, agents: { scribe: agent('types', { principal: 'kim' }) } }, secrets);
  expect([await mayList('anna'), await mayList('kim')]).toEqual([false, true]);
  expect((await until('scribe', idle)).principal).toBe('kim');
  await reloading.apply({ principals: people }, secrets);
  expect([await mayList('anna'), await mayList('kim')]).toEqual([false, false]);
});
