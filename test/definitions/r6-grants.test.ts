import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestDefinitions, type Row } from '../support/definitions.js';

// The original took `descendants` for `any`.

const TOOLS = { system_prompt: 'x', allowed_tools: ['Memory'] };
const grants = (...agent_def_scopes: string[]): Record<string, unknown> => ({ ...TOOLS, agent_def_scopes });

let defs: TestDefinitions;
beforeEach(async () => {
  defs = new TestDefinitions({
    config: {
      agents: { none: TOOLS, self: grants('self'), parent: grants('descendants', 'self'), one: grants('named:one-target'), any: grants('any', 'descendants'), bystander: TOOLS },
    },
  });
  await defs.call('agentdef', { op: 'create', name: 'of-people', overlay: TOOLS });
});
afterEach(() => defs.close());

/** What each op on a name comes to: nothing or the reason of the refusal. */
async function attempts(agent: string, name: string): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  const attempt = async (op: string, input: Record<string, unknown>): Promise<void> => {
    outcomes[op] = await defs.call('agentdef', { op, ...input }, { agent }).then(() => 'done', (error: { reason: string }) => error.reason);
  };
  const { versions } = await defs.call<{ versions: Row[] }>('agentdef', { op: 'list', name });
  await attempt('fork', { name, overlay: { description: `By ${agent}` } });
  await attempt('list', { name });
  await attempt('verify', { name, content_sha256: '0'.repeat(64) });
  const def_id = versions[0]?.def_id;
  for (const op of def_id === undefined ? [] : ['get', 'promote', 'retire']) await attempt(op, { def_id });
  return outcomes;
}
const forbidden = { fork: 'forbidden', list: 'forbidden', verify: 'forbidden' };
const hidden = { ...forbidden, get: 'not_found', promote: 'not_found', retire: 'not_found' };
const done = { fork: 'done', list: 'done', verify: 'done', get: 'done', promote: 'done', retire: 'done' };

test('without a grant an agent defines nothing and sees nothing', async () => {
  expect(await attempts('none', 'of-people')).toEqual({ ...forbidden, get: 'forbidden', promote: 'forbidden', retire: 'forbidden' });
  expect((await defs.refused('agentdef', { op: 'create', name: 'fresh', overlay: TOOLS }, { agent: 'none' })).reason).toBe('forbidden');
  expect((await defs.refused('agentdef', { op: 'names' }, { agent: 'none' })).reason).toBe('forbidden');
  expect((await defs.refused('skilldef', { op: 'create', name: 'fresh', overlay: { body: 'x' } }, { agent: 'any' })).reason).toBe('forbidden');
});

test('self is the agent itself and nobody else', async () => {
  expect(await attempts('self', 'of-people')).toEqual(hidden);
  expect(await attempts('self', 'bystander')).toEqual(forbidden);
  expect(await attempts('self', 'self')).toEqual({ fork: 'done', list: 'done', verify: 'done' });
  expect((await defs.refused('agentdef', { op: 'create', name: 'fresh', overlay: TOOLS }, { agent: 'self' })).reason).toBe('forbidden');
});

test('descendants are what the agent made, and what that made; never what people or others made', async () => {
  expect(await attempts('parent', 'of-people')).toEqual(hidden);
  expect(await attempts('parent', 'bystander')).toEqual(forbidden);
  await defs.call('agentdef', { op: 'create', name: 'child', overlay: grants('descendants') }, { agent: 'parent' });
  await defs.call('agentdef', { op: 'create', name: 'grandchild', overlay: TOOLS }, { agent: 'child' });
  expect(await attempts('parent', 'grandchild')).toEqual(done);
  await defs.call('agentdef', { op: 'retire', def_id: (await active('grandchild'))!, retired: false });
  expect((await defs.call<{ names: Row[] }>('agentdef', { op: 'names' }, { agent: 'parent' })).names.map(({ name }) => name)).toEqual(['child', 'grandchild', 'parent']);
  await defs.call('agentdef', { op: 'create', name: 'others', overlay: TOOLS }, { agent: 'any' });
  expect(await attempts('parent', 'others')).toEqual(hidden);
  expect(await attempts('child', 'child')).toEqual(hidden);
});

test('a name that the configuration or the shared tenant has is no fresh name', async () => {
  const as = { name: 'ann', tenant: 'acme', subject: 'ann', scopes: ['substrate:tenant'] } as const;
  expect((await defs.refused('agentdef', { op: 'create', name: 'of-people', overlay: TOOLS }, { as, agent: 'parent' })).reason).toBe('forbidden');
  expect((await defs.refused('agentdef', { op: 'create', name: 'bystander', overlay: TOOLS }, { as, agent: 'parent' })).reason).toBe('definition_yaml_immutable');
  expect(await defs.call('agentdef', { op: 'create', name: 'fresh', overlay: TOOLS }, { as, agent: 'parent' })).toMatchObject({ version: 1 });
});

test('an agent of the same name in the shared tenant does not make one of its own a parent', async () => {
  const shared = await defs.call('agentdef', { op: 'create', name: 'shared-child', overlay: TOOLS }, { agent: 'parent' });
  const as = { name: 'ann', tenant: 'acme', subject: 'ann', scopes: ['substrate:tenant'] } as const;
  expect((await defs.refused('agentdef', { op: 'get', def_id: shared.def_id }, { as, agent: 'parent' })).reason).toBe('not_found');
  expect(await defs.call('agentdef', { op: 'get', def_id: shared.def_id }, { as, agent: 'any' })).toMatchObject({ name: 'shared-child' });
});

test('named is that name, any is every name', async () => {
  expect(await attempts('one', 'of-people')).toEqual(hidden);
  await defs.call('agentdef', { op: 'create', name: 'one-target', overlay: TOOLS }, { agent: 'one' });
  expect(await attempts('one', 'one-target')).toEqual(done);
  expect(await attempts('any', 'of-people')).toEqual(done);
  expect(await attempts('any', 'bystander')).toMatchObject({ fork: 'done', list: 'done', verify: 'done' });
});

async function active(name: string): Promise<string | null> {
  const { versions } = await defs.call<{ versions: Row[] }>('agentdef', { op: 'list', name });
  return versions.find((each) => each.active)?.def_id ?? null;
}
