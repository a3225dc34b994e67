import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANN, DENN, refusalOf, TestDefinitions } from '../support/definitions.js';

const OUTLINE = { name: 'outline', description: 'Outlines a text', allowedTools: ['Document'], body: 'Begin with the end.', file: 'SKILL.md' };

let defs: TestDefinitions;
beforeEach(() => {
  defs = new TestDefinitions({ skills: [OUTLINE], config: { agents: { coach: { allowed_tools: ['Document', 'Memory'], skill_def_scopes: ['descendants'] } } } });
});
afterEach(() => defs.close());

test('a skill of a bundle is there for all, and a tenant has its own version of it', async () => {
  expect(await defs.service.skill(ANN, 'outline')).toMatchObject({ name: 'outline', description: 'Outlines a text', body: 'Begin with the end.', allowed_tools: ['Document'], source: 'bundle' });
  expect((await defs.refused('skilldef', { op: 'create', name: 'outline', overlay: { body: 'x' } })).reason).toBe('definition_yaml_immutable');
  const forked = await defs.call('skilldef', { op: 'fork', name: 'outline', overlay: { body: 'Begin with the beginning.' }, promote: true }, { as: ANN });
  expect(forked.def_id).toMatch(/^sdf_/);
  expect(await defs.service.skill(ANN, 'outline')).toMatchObject({ body: 'Begin with the beginning.', source: 'tenant', def_id: forked.def_id, version: 2 });
  expect((await defs.service.skill(DENN, 'outline')).source).toBe('bundle');
  expect(await refusalOf(defs.service.skill(DENN, 'outlin'))).toMatchObject({ reason: 'not_found', data: { nearest: 'outline' } });
});

test('a skill has guidance, and no tool that its parent has not', async () => {
  expect((await defs.refused('skilldef', { op: 'create', name: 'empty', overlay: {} })).reason).toBe('missing_field');
  expect((await defs.refused('skilldef', { op: 'create', name: 'empty', overlay: { body: ' \n' } })).reason).toBe('invalid_input');
  expect((await defs.refused('skilldef', { op: 'create', name: 'long', overlay: { body: 'x'.repeat(128 * 1024 + 1) } })).reason).toBe('invalid_input');
  expect((await defs.refused('skilldef', { op: 'fork', name: 'outline', overlay: { allowed_tools: ['WebFetch'] } })).reason).toBe('definition_widens');
});

test('an agent defines skills that work with its own tools', async () => {
  const by = { agent: 'coach' };
  expect((await defs.refused('skilldef', { op: 'create', name: 'fetch', overlay: { body: 'x', allowed_tools: ['WebFetch'] } }, by)).reason).toBe('definition_widens');
  await defs.call('skilldef', { op: 'create', name: 'notes', overlay: { body: 'x', allowed_tools: ['Memory'] } }, by);
  expect(await defs.call('skilldef', { op: 'fork', name: 'notes', overlay: { body: 'y' } }, by)).toMatchObject({ version: 2, created_by_agent_id: 'coach' });
  expect((await defs.refused('skilldef', { op: 'fork', name: 'outline', overlay: { body: 'y' } }, by)).reason).toBe('forbidden');
});

test('an agent that names a skill has the tools that the skill works with', async () => {
  const create = (allowed_tools: string[]): Promise<unknown> => defs.call('agentdef', { op: 'create', name: 'author', overlay: { skills: ['outline'], allowed_tools } });
  expect(await refusalOf(create(['Memory']))).toMatchObject({ reason: 'invalid_input', data: { skill: 'outline', missing: ['Document'] } });
  await create(['Document']);
  expect((await defs.service.agent(DENN, { name: 'author' })).skills).toEqual(['outline']);
});
