import { afterEach, beforeEach, expect, test } from 'vitest';
import { DENN, refusalOf, TestDefinitions, type Row } from '../support/definitions.js';

let defs: TestDefinitions;
beforeEach(() => void (defs = new TestDefinitions({ config: { agents: { clerk: { system_prompt: 'Clerk.', allowed_tools: ['Memory', 'Document'] } } } })));
afterEach(() => defs.close());

const create = (overlay: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Row> => defs.call('agentdef', { op: 'create', name: 'writer', overlay, ...more });

test('create makes version 1 and the name stands for it; a changed one is version 2', async () => {
  const first = await create({ system_prompt: 'Write.', allowed_tools: ['Document'] }, { description: 'First' });
  expect(first).toMatchObject({ name: 'writer', version: 1, parent_def_id: null, description: 'First', promoted: true, active: true, created_by: 'denn', created_by_agent_id: null });
  expect(first.def_id).toMatch(/^def_[0-9a-f]{32}$/);
  const second = await create({ system_prompt: 'Write well.' });
  expect(second).toMatchObject({ version: 2, promoted: true });
  expect(await defs.service.agent(DENN, { name: 'writer' })).toMatchObject({ def_id: second.def_id, version: 2, system_prompt: 'Write well.', allowed_tools: [] });
  const { versions } = await defs.call<{ versions: Row[] }>('agentdef', { op: 'list', name: 'writer' });
  expect(versions.map(({ version, active }) => [version, active])).toEqual([[2, true], [1, false]]);
});

test('the same content again adds nothing, in whichever order its keys are', async () => {
  const first = await create({ system_prompt: 'Write.', tier: 'low', budget: { tokens: 5, cost_usd: 1 } });
  const again = await create({ budget: { cost_usd: 1, tokens: 5 }, tier: 'low', system_prompt: 'Write.' });
  expect(again).toMatchObject({ def_id: first.def_id, version: 1, deduplicated: true });
  expect((await create({ system_prompt: 'Write.', tier: 'high', budget: { tokens: 5, cost_usd: 1 } })).version).toBe(2);
});

test('a repeat with the same key is answered as the first, and adds nothing', async () => {
  const input = { op: 'create', name: 'writer', overlay: { system_prompt: 'A.' } };
  const first = await defs.call('agentdef', input, { key: 'k1' });
  await create({ system_prompt: 'B.' });
  expect(await defs.call('agentdef', input, { key: 'k1' })).toEqual(first);
  const { versions } = await defs.call<{ versions: Row[] }>('agentdef', { op: 'list', name: 'writer' });
  expect(versions).toHaveLength(2);
});

test('fork says something otherwise and waits for promote; lineage is kept', async () => {
  const first = await create({ system_prompt: 'Write.', model: 'claude-haiku', provider: 'anthropic', allowed_tools: ['Document'] });
  const forked = await defs.call('agentdef', { op: 'fork', name: 'writer', overlay: { tier: 'low' } });
  expect(forked).toMatchObject({ version: 2, parent_def_id: first.def_id, promoted: false });
  expect(forked.definition).toEqual({ system_prompt: 'Write.', tier: 'low', allowed_tools: ['Document'] });
  expect((await defs.service.agent(DENN, { name: 'writer' })).def_id).toBe(first.def_id);
  expect(await defs.call<unknown>('agentdef', { op: 'promote', def_id: forked.def_id })).toEqual({ def_id: forked.def_id, name: 'writer', promoted: true });
  expect((await defs.service.agent(DENN, { name: 'writer' })).def_id).toBe(forked.def_id);
  const of = await defs.call('agentdef', { op: 'fork', name: 'sketcher', parent_def_id: first.def_id, promote: true });
  expect(of).toMatchObject({ name: 'sketcher', version: 1, parent_def_id: first.def_id, definition: first.definition });
});

test('who saw another version as the active one is told of the one that is, and nothing changes', async () => {
  const first = await create({ system_prompt: 'A.' }, { active_def_id: null });
  const second = await create({ system_prompt: 'B.' }, { active_def_id: first.def_id });
  const conflict = await refusalOf(create({ system_prompt: 'C.' }, { active_def_id: first.def_id }));
  expect(conflict).toMatchObject({ reason: 'revision_conflict', data: { active_def_id: second.def_id, current: { version: 2, definition: { system_prompt: 'B.' } } } });
  expect((await refusalOf(create({ system_prompt: 'C.' }, { active_def_id: null }))).reason).toBe('revision_conflict');
  expect((await defs.refused('agentdef', { op: 'promote', def_id: first.def_id, active_def_id: first.def_id })).reason).toBe('revision_conflict');
  expect((await defs.call<{ versions: Row[] }>('agentdef', { op: 'list', name: 'writer' })).versions).toHaveLength(2);
});

test('a name whose active version is retired cannot be used until it is taken back', async () => {
  const { def_id } = await create({ system_prompt: 'A.' });
  expect(await defs.call<unknown>('agentdef', { op: 'retire', def_id, retired: true })).toEqual({ def_id, name: 'writer', retired: true });
  for (const ref of [{ name: 'writer' }, { def_id }]) expect((await refusalOf(defs.service.agent(DENN, ref))).reason).toBe('definition_retired');
  expect((await defs.refused('agentdef', { op: 'promote', def_id })).reason).toBe('definition_retired');
  expect((await defs.refused('agentdef', { op: 'fork', name: 'writer' })).reason).toBe('definition_retired');
  expect((await defs.service.names(DENN, 'agent')).map(({ name }) => name)).toEqual(['clerk']);
  await defs.call('agentdef', { op: 'retire', def_id, retired: false });
  expect((await defs.service.agent(DENN, { name: 'writer' })).def_id).toBe(def_id);
});

test('what a name stands for is taken out of use by the name; the same can be defined again', async () => {
  const { def_id } = await create({ system_prompt: 'A.' });
  const byName = { op: 'retire', name: 'writer' };
  expect((await defs.refused('agentdef', { ...byName, retired: false })).reason).toBe('invalid_input');
  expect((await defs.refused('agentdef', { ...byName, def_id })).reason).toBe('invalid_input');
  expect((await defs.refused('agentdef', { op: 'retire' })).reason).toBe('missing_field');
  expect((await defs.refused('agentdef', { op: 'retire', name: 'nobody' })).reason).toBe('not_found');
  expect((await defs.refused('agentdef', { op: 'retire', name: 'clerk' })).reason).toBe('definition_yaml_immutable');
  for (const _time of [1, 2]) expect(await defs.call<unknown>('agentdef', byName)).toEqual({ def_id, name: 'writer', retired: true });
  expect((await refusalOf(defs.service.agent(DENN, { name: 'writer' }))).reason).toBe('definition_retired');
  expect(await create({ system_prompt: 'A.' })).toMatchObject({ version: 2, promoted: true });
  expect((await defs.service.agent(DENN, { name: 'writer' })).def_id).not.toBe(def_id);
});

test('verify tells whether a name says what is expected', async () => {
  const { content_sha256, def_id } = await create({ system_prompt: 'A.' });
  const verify = (name: string, sha: string): Promise<unknown> => defs.call('agentdef', { op: 'verify', name, content_sha256: sha });
  const expected = { current_sha256: content_sha256, current_def_id: def_id, version: 1, name: 'writer', deployed: true };
  expect(await verify('writer', content_sha256)).toEqual({ ...expected, matches: true });
  expect(await verify('writer', '0'.repeat(64))).toEqual({ ...expected, matches: false });
  const clerk = await defs.service.agent(DENN, { name: 'clerk' });
  expect(await verify('clerk', clerk.content_sha256)).toMatchObject({ matches: true, current_def_id: null, deployed: true });
  expect(await verify('nobody', content_sha256)).toMatchObject({ matches: false, current_sha256: null, deployed: false });
});

test('what the configuration defines is forked, never made anew', async () => {
  const refused = await defs.refused('agentdef', { op: 'create', name: 'clerk', overlay: {} });
  expect(refused.reason).toBe('definition_yaml_immutable');
  const forked = await defs.call('agentdef', { op: 'fork', name: 'clerk', overlay: { allowed_tools: ['Memory'] }, promote: true });
  expect(forked).toMatchObject({ version: 2, promoted: true, bootstrapped_from_static: false });
  const { versions } = await defs.call<{ versions: Row[] }>('agentdef', { op: 'list', name: 'clerk' });
  expect(versions[1]).toMatchObject({ version: 1, def_id: forked.parent_def_id, bootstrapped_from_static: true, definition: { system_prompt: 'Clerk.', allowed_tools: ['Memory', 'Document'] } });
  expect((await defs.service.agent(DENN, { name: 'clerk' })).allowed_tools).toEqual(['Memory']);
  await defs.call('agentdef', { op: 'promote', def_id: forked.parent_def_id });
  expect((await defs.service.agent(DENN, { name: 'clerk' })).allowed_tools).toEqual(['Memory', 'Document']);
});

test('what cannot be used is refused, and nothing is added', async () => {
  const reasons = await Promise.all(
    [
      { model: 'a', tier: 'b' },
      { provider: 'anthropic' },
      { code_module: 'x.js' },
      { code_body: 'x' },
      { allow_trifecta: true },
      { sql_scopes: ['user'] },
      { allowed_tools: ['a b'] },
      { sampling: { temperature: 3 } },
      { system_prompt: 'x'.repeat(128 * 1024) },
      { description: 'x'.repeat(8 * 1024 + 1) },
      { skills: ['nothing'] },
    ].map(async (overlay) => (await refusalOf(create(overlay))).reason),
  );
  expect(reasons).toEqual([...Array<string>(8).fill('invalid_input'), 'too_large', 'too_large', 'not_found']);
  expect((await refusalOf(create({ code_module: 'x.js' }))).message).toContain('code comes only from the operator');
  expect((await defs.call<{ versions: Row[] }>('agentdef', { op: 'list', name: 'writer' })).versions).toEqual([]);
  expect((await defs.refused('agentdef', { op: 'create', name: 'a/b', overlay: {} })).reason).toBe('invalid_input');
});

test('a name that there is not is told with the nearest', async () => {
  await create({ system_prompt: 'A.' });
  expect(await refusalOf(defs.service.agent(DENN, { name: 'writre' }))).toMatchObject({ reason: 'not_found', data: { nearest: 'writer' } });
});
