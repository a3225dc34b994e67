import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANN, DENN, refusalOf, TestDefinitions } from '../support/definitions.js';

// In the original a run that named a def_id lost half of what the version says, and nobody asked whose it was.

const EVERYTHING = {
  model: 'claude-haiku',
  provider: 'anthropic',
  effort: 'low',
  sampling: { temperature: 0.2, stop: ['END'] },
  max_tokens: 10,
  system_prompt: 'Pinned.',
  allowed_tools: ['Memory'],
  max_iterations: 3,
  max_concurrent_children: 2,
  run_timeout_seconds: 9,
  budget: { tokens: 7 },
  memory_scopes: ['user'],
  channels: { publish: ['a'], subscribe: ['b/*'] },
  agent_def_scopes: ['self'],
  skill_def_scopes: ['any'],
  mcp_server_def_scopes: ['named:x'],
  interruption: { enabled: true, kinds: ['question'] },
  description: 'All of it',
};

let defs: TestDefinitions;
beforeEach(() => void (defs = new TestDefinitions()));
afterEach(() => defs.close());

test('a version is exactly what it says, whichever is active', async () => {
  const { def_id, content_sha256 } = await defs.call('agentdef', { op: 'create', name: 'pinned', overlay: EVERYTHING });
  await defs.call('agentdef', { op: 'create', name: 'pinned', overlay: { system_prompt: 'Later.' } });
  const rest = { name: 'pinned', def_id, version: 1, content_sha256, skills: [], sql_scopes: [], allowed_hosts: [], allow_trifecta: false };
  expect(await defs.service.agent(DENN, { def_id })).toEqual({ ...EVERYTHING, ...rest });
  expect((await defs.service.agent(DENN, { def_id, name: 'pinned' })).system_prompt).toBe('Pinned.');
  expect((await refusalOf(defs.service.agent(DENN, { def_id, name: 'other' }))).reason).toBe('not_found');
});

test('a version of another tenant answers as one that there is not; one of the shared tenant is for all', async () => {
  const theirs = await defs.call('agentdef', { op: 'create', name: 'pinned', overlay: EVERYTHING }, { as: ANN });
  const missing = await refusalOf(defs.service.agent(DENN, { def_id: `def_${'0'.repeat(32)}` }));
  const foreign = await refusalOf(defs.service.agent(DENN, { def_id: theirs.def_id }));
  expect([foreign.reason, foreign.message.replace(theirs.def_id, '')]).toEqual([missing.reason, missing.message.replace(/def_0+/, '')]);
  const shared = await defs.call('agentdef', { op: 'create', name: 'common', overlay: EVERYTHING });
  expect((await defs.service.agent(ANN, { def_id: shared.def_id })).name).toBe('common');
});
