import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agentContent } from '../../src/definitions/agent-content.js';
import { DENN, refusalOf, TestDefinitions } from '../support/definitions.js';

// The original narrows only allowed_tools of a fork: all else could be widened, and `descendants` meant `any`.

const NARROW = {
  system_prompt: 'Read.',
  allowed_tools: ['Memory', 'mcp__search__*'],
  max_tokens: 100,
  max_iterations: 5,
  max_concurrent_children: 1,
  run_timeout_seconds: 60,
  budget: { tokens: 1000, cost_usd: 1 },
  memory_scopes: ['agent'],
  channels: { publish: ['out/*'], subscribe: ['in'] },
  agent_def_scopes: ['self'],
  skill_def_scopes: ['named:x'],
  interruption: { enabled: true, kinds: ['question'], max_pending: 1 },
  allowed_hosts: ['*.example.org'],
};

/** By key: what goes past it, and what does not. */
const CASES: Record<string, { wider: unknown[]; narrower: unknown }> = {
  allowed_tools: { wider: [['Memory', 'WebFetch'], ['mcp__*']], narrower: ['mcp__search__find'] },
  max_tokens: { wider: [101], narrower: 99 },
  max_iterations: { wider: [6], narrower: 4 },
  unbounded_iterations: { wider: [true], narrower: false },
  max_concurrent_children: { wider: [2], narrower: 1 },
  run_timeout_seconds: { wider: [61], narrower: 59 },
  budget: { wider: [{ tokens: 1001, cost_usd: 1 }, { tokens: 1000 }, {}], narrower: { tokens: 1, cost_usd: 0.5, wall_seconds: 3 } },
  memory_scopes: { wider: [['agent', 'user'], ['tenant']], narrower: [] },
  channels: { wider: [{ publish: ['*'] }, { publish: ['out'] }, { subscribe: ['in/*'] }, { publish: ['in'] }], narrower: { publish: ['out/a/*', 'out/b'], subscribe: ['in'] } },
  agent_def_scopes: { wider: [['any'], ['descendants'], ['self', 'named:writer']], narrower: [] },
  skill_def_scopes: { wider: [['any'], ['named:y']], narrower: ['named:x'] },
  mcp_server_def_scopes: { wider: [['any']], narrower: [] },
  interruption: { wider: [{ enabled: true }, { enabled: true, kinds: ['question', 'approval'], max_pending: 1 }, { enabled: true, kinds: ['question'], max_pending: 2 }], narrower: { enabled: false } },
  allowed_hosts: { wider: [['example.org'], ['*.org'], ['example.com']], narrower: ['a.example.org', '*.b.example.org'] },
};
const FREE = ['provider', 'model', 'tier', 'effort', 'sampling', 'system_prompt', 'skills', 'description'];

test('every key of a definition is here', () => {
  expect([...Object.keys(CASES), ...FREE].toSorted()).toEqual(Object.keys(agentContent.shape).toSorted());
});

let defs: TestDefinitions;
beforeEach(() => void (defs = new TestDefinitions({ config: { agents: { reader: NARROW } }, env: { LOOMCYCLE_HTTP_HOST_ALLOWLIST: '*.example.org' } })));
afterEach(() => defs.close());

describe.each(Object.entries(CASES))('%s', (key, { wider, narrower }) => {
  test.each(['the configuration', 'a definition'])('of a fork of %s', async (of) => {
    const name = of === 'a definition' ? 'mine' : 'reader';
    if (name === 'mine') await defs.call('agentdef', { op: 'create', name, overlay: NARROW });
    for (const value of wider) {
      const refused = await defs.refused('agentdef', { op: 'fork', name, overlay: { [key]: value } });
      expect(refused).toMatchObject({ reason: 'definition_widens', data: { beyond: [{ key }] } });
    }
    const forked = await defs.call('agentdef', { op: 'fork', name, overlay: { [key]: narrower }, promote: true });
    expect((forked.definition as Record<string, unknown>)[key]).toEqual(narrower);
  });

  test('of an agent that an agent makes', async () => {
    defs.configure({ agents: { maker: { ...NARROW, agent_def_scopes: ['descendants', 'self'], mcp_server_def_scopes: [] } } });
    for (const value of wider.filter((each) => !String(each).includes('descendants'))) {
      const refused = await defs.refused('agentdef', { op: 'create', name: 'made', overlay: { ...NARROW, [key]: value } }, { agent: 'maker' });
      expect(refused).toMatchObject({ reason: 'definition_widens', data: { beyond: [{ key }] } });
    }
    expect(await defs.call('agentdef', { op: 'create', name: 'made', overlay: { ...NARROW, [key]: narrower } }, { agent: 'maker' })).toMatchObject({ created_by_agent_id: 'maker' });
  });
});

test('an agent without limits cannot be made by one that has some', async () => {
  defs.configure({ agents: { maker: { ...NARROW, agent_def_scopes: ['descendants'] } } });
  const { data } = await defs.refused('agentdef', { op: 'create', name: 'made', overlay: { system_prompt: 'Go.' } }, { agent: 'maker' });
  expect((data!.beyond as { key: string }[]).map(({ key }) => key)).toEqual(['max_tokens', 'max_iterations', 'max_concurrent_children', 'run_timeout_seconds', 'budget']);
});

test('what the operator takes away later is gone from forks, too', async () => {
  await defs.call('agentdef', { op: 'fork', name: 'reader', overlay: { system_prompt: 'Mine.' }, promote: true });
  defs.configure({
    agents: { reader: { ...NARROW, allowed_tools: ['Memory'], channels: { publish: ['out/a'], subscribe: [] }, budget: { tokens: 10 }, allowed_hosts: [], interruption: { enabled: false }, sql_scopes: ['agent'], allow_trifecta: true } },
  });
  expect(await defs.service.agent(DENN, { name: 'reader' })).toMatchObject({
    system_prompt: 'Mine.',
    allowed_tools: ['Memory'],
    channels: { publish: ['out/a'], subscribe: [] },
    budget: { tokens: 10, cost_usd: 1 },
    interruption: { enabled: false },
    sql_scopes: ['agent'],
    allow_trifecta: false,
  });
});

test('hosts of a definition are those that the operator lists, also when the list has changed', async () => {
  const refused = await defs.refused('agentdef', { op: 'create', name: 'web', overlay: { allowed_hosts: ['example.com'] } });
  expect(refused).toMatchObject({ reason: 'forbidden', data: { hosts: ['example.com'] } });
  await defs.call('agentdef', { op: 'create', name: 'web', overlay: { allowed_hosts: ['a.example.org'] } });
  expect((await defs.service.agent(DENN, { name: 'web' })).allowed_hosts).toEqual(['a.example.org']);
  const unlisted = new TestDefinitions();
  expect((await unlisted.refused('agentdef', { op: 'create', name: 'web', overlay: { allowed_hosts: ['a.example.org'] } })).reason).toBe('forbidden');
  unlisted.close();
});

test('an agent does not bring a wider version of itself back', async () => {
  const all = { system_prompt: 'Do.', allowed_tools: ['Memory', 'WebFetch'], agent_def_scopes: ['self'] };
  const wide = await defs.call('agentdef', { op: 'create', name: 'worker', overlay: all });
  const narrow = await defs.call('agentdef', { op: 'fork', name: 'worker', overlay: { allowed_tools: ['Memory'] }, promote: true });
  const promote = { op: 'promote', def_id: wide.def_id };
  expect((await defs.refused('agentdef', promote, { agent: 'worker' })).reason).toBe('definition_widens');
  await defs.call('agentdef', { op: 'retire', def_id: wide.def_id });
  expect((await defs.refused('agentdef', { op: 'retire', def_id: wide.def_id, retired: false }, { agent: 'worker' })).reason).toBe('definition_widens');
  expect((await defs.service.agent(DENN, { name: 'worker' })).def_id).toBe(narrow.def_id);
  const again = await refusalOf(defs.call('agentdef', { op: 'create', name: 'worker', overlay: { ...all, allowed_tools: [] } }, { agent: 'worker' }));
  expect(again.reason).toBe('definition_name_in_use');
});
