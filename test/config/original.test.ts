import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { problemText } from '../../src/config/error.js';
import { FOREIGN_KEYS } from '../../src/config/foreign.js';
import { schemasAt } from '../../src/config/json-schema.js';
import { FILE_SCHEMA } from '../../src/config/known.js';
import { loadLayers } from '../../src/config/layers.js';
import { residentsOf } from '../../src/config/schema.js';
import { validate } from '../../src/config/validate.js';
import { ROOT } from '../support/server.js';

const FILE = path.join(ROOT, 'test/config/original.yaml');
const { config, warnings } = validate(loadLayers([FILE], { BRAVE_API_KEY: 'b' }));
const texts = warnings.map(problemText);
const written = readFileSync(FILE, 'utf8');

/** `original.yaml:LINE:COLUMN` of the first place where a text stands. */
function placeOf(text: string): string {
  const before = written.slice(0, written.indexOf(text)).split('\n');
  return `test/config/original.yaml:${before.length}:${before.at(-1)!.length + 1}`;
}

test('a configuration of the original loads: principals, channels, agents and MCP servers count', () => {
  expect(config.principals).toEqual({
    alice: { tenant: 'acme', subject: 'alice', scopes: ['substrate:tenant', 'channel:publish', 'runs:create'], token_env: 'LOOMCYCLE_TOKEN_ALICE' },
  });
  expect([...config.channels.values()]).toMatchObject([
    { name: 'findings', semantic: 'queue', max_messages: 100 },
    { name: '_system/heartbeat', publisher: 'system' },
  ]);
  expect(config.channels.get('findings')!.default_ttl).toBeUndefined();
  expect(Object.keys(config.agents)).toEqual(['researcher', 'coder']);
  expect(config.agents.researcher!.channels).toEqual({ publish: ['findings'], subscribe: ['findings', 'team/*'] });
  expect(config.agents.researcher).toMatchObject({
    tier: 'low',
    system_prompt_file: { text: 'You look things up.' },
    allowed_tools: ['Memory', 'Channel'],
    sampling: { temperature: 0.2, stop: ['END'] },
    sql_scopes: ['run'],
    agent_def_scopes: ['self', 'named:x'],
  });
  expect(config.mcp_servers.search).toMatchObject({ transport: 'http', headers: { Authorization: 'Bearer ${run.user_bearer}', 'X-Key': 'b' } });
  expect(residentsOf(config)).toEqual({});
});

test('its models, tiers and tiers of users count', () => {
  const { defaults, provider_priority, models, tiers, user_tiers } = config;
  const original = parse(written) as Record<string, unknown>;
  expect({ defaults, provider_priority, models, tiers, user_tiers }).toEqual(
    Object.fromEntries(['defaults', 'provider_priority', 'models', 'tiers', 'user_tiers'].map((block) => [block, original[block]])),
  );
});

test('its limits of runs and of questions count', () => {
  expect(config.concurrency).toMatchObject({ max_concurrent_runs: 8, max_queue_depth: 16, queue_timeout_ms: 30_000 });
  expect(config.interruption.default_timeout_ms).toBe(60_000);
});

test('a warning names every key that has no effect, and where it stands', () => {
  const original = parse(written) as Record<string, Record<string, unknown>>;
  const blocks = Object.keys(original).filter((key) => FOREIGN_KEYS['']!.includes(key));
  expect(blocks).toHaveLength(FOREIGN_KEYS['']!.length);
  expect(texts).toContain(`${placeOf('volumes:')}: this runtime does not have ${blocks.join(', ')}: no effect`);
  const ofAgent = Object.keys(original.agents!.researcher as object).filter((key) => FOREIGN_KEYS['agents.*']!.includes(key) || key.startsWith('a2a_'));
  expect(texts).toContain(`${placeOf('compaction:')}: agents.researcher: this runtime does not have ${ofAgent.join(', ')}: no effect`);
  expect(texts).toContain(`${placeOf('period:')}: channels._system/heartbeat: this runtime does not have period: no effect`);
  expect(texts).toContain(`${placeOf('embedder:')}: memory: this runtime does not have embedder, entries: no effect`);
  expect(texts.filter((text) => text.includes(': storage: '))).toHaveLength(1);
  expect(texts.filter((text) => text.includes('${HOME} is left as it is'))).toHaveLength(1);
  expect(texts).toContain(`${placeOf('backend: webui')}: interruption: this runtime does not have backend, max_pending_per_run, heartbeat_interval_ms: no effect`);
  expect(texts).toHaveLength(7);
});

test('no key counts as one without effect that the schema has', () => {
  for (const [place, keys] of Object.entries(FOREIGN_KEYS)) {
    const mappings = schemasAt(FILE_SCHEMA, place === '' ? [] : place.split('.'));
    expect(mappings.length).toBeGreaterThan(0);
    for (const { properties = {} } of mappings) expect(Object.keys(properties).filter((key) => keys.includes(key))).toEqual([]);
  }
});
