import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANN, DENN, refusalOf, TestDefinitions } from '../support/definitions.js';

let defs: TestDefinitions;
beforeEach(() => void (defs = new TestDefinitions({ config: { agents: { clerk: { system_prompt: 'Yaml.', description: 'Keeps records' } } } })));
afterEach(() => defs.close());

const names = async (as = DENN): Promise<unknown[]> => {
  const { names } = await defs.call<{ names: Record<string, unknown>[] }>('agentdef', { op: 'names' }, { as });
  return names.map(({ name, source, tenant_id, version_count }) => [name, source, tenant_id, version_count]);
};

test('the own tenant goes before the configuration, the configuration before the shared tenant', async () => {
  await defs.call('agentdef', { op: 'create', name: 'common', overlay: { system_prompt: 'Shared.' } });
  await defs.call('agentdef', { op: 'fork', name: 'clerk', overlay: { system_prompt: 'Shared.' }, promote: true });
  const prompts = async (): Promise<string[]> => Promise.all(['common', 'clerk'].map(async (name) => (await defs.service.agent(ANN, { name })).system_prompt));
  expect(await prompts()).toEqual(['Shared.', 'Yaml.']);
  await defs.call('agentdef', { op: 'create', name: 'common', overlay: { system_prompt: 'Own.' } }, { as: ANN });
  await defs.call('agentdef', { op: 'fork', name: 'clerk', overlay: { system_prompt: 'Own.' }, promote: true }, { as: ANN });
  expect(await prompts()).toEqual(['Own.', 'Own.']);
  expect((await defs.service.agent(DENN, { name: 'common' })).system_prompt).toBe('Shared.');
});

test('a tenant forks what the shared tenant has, and keeps it in its own file', async () => {
  const shared = await defs.call('agentdef', { op: 'create', name: 'common', overlay: { system_prompt: 'Shared.', allowed_tools: ['Memory'] } });
  expect((await defs.refused('agentdef', { op: 'fork', name: 'common', overlay: { allowed_tools: ['WebFetch'] } }, { as: ANN })).reason).toBe('definition_widens');
  const own = await defs.call('agentdef', { op: 'fork', name: 'common', overlay: { system_prompt: 'Own.' }, promote: true }, { as: ANN });
  expect(own).toMatchObject({ version: 1, parent_def_id: shared.def_id, definition: { system_prompt: 'Own.', allowed_tools: ['Memory'] } });
  expect((await defs.refused('agentdef', { op: 'retire', def_id: shared.def_id }, { as: ANN })).reason).toBe('not_found');
});

test('lists of names have nothing of other tenants', async () => {
  await defs.call('agentdef', { op: 'create', name: 'secret', overlay: {} }, { as: ANN });
  await defs.call('agentdef', { op: 'create', name: 'common', overlay: { description: 'For all' } });
  await defs.call('agentdef', { op: 'create', name: 'waiting', overlay: {}, promote: false });
  expect(await names(ANN)).toEqual([
    ['clerk', 'yaml', 'acme', 0],
    ['common', 'shared', 'default', 1],
    ['secret', 'tenant', 'acme', 1],
  ]);
  expect(await names()).toEqual([
    ['clerk', 'yaml', 'default', 0],
    ['common', 'tenant', 'default', 1],
    ['waiting', null, 'default', 1],
  ]);
  expect(await defs.service.names(ANN, 'agent')).toMatchObject([
    { name: 'clerk', description: 'Keeps records', source: 'yaml' },
    { name: 'common', description: 'For all', source: 'shared', version: 1 },
    { name: 'secret', description: '', source: 'tenant', version: 1 },
  ]);
});

test('a definition of another tenant answers as one that there is not', async () => {
  const { def_id } = await defs.call('agentdef', { op: 'create', name: 'secret', overlay: {} }, { as: ANN });
  for (const op of ['get', 'promote', 'retire']) expect((await defs.refused('agentdef', { op, def_id })).reason).toBe('not_found');
  expect((await defs.refused('agentdef', { op: 'fork', name: 'mine', parent_def_id: def_id })).reason).toBe('not_found');
  expect(await defs.call<unknown>('agentdef', { op: 'list', name: 'secret' })).toEqual({ name: 'secret', versions: [] });
  expect((await refusalOf(defs.service.agent(DENN, { name: 'secret' }))).data).toEqual({ name: 'secret' });
});
