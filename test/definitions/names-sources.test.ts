import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { post } from '../support/runs.js';
import { ROOT, TestServer } from '../support/server.js';

// Where a name comes from, and whether it can be run: bundles below, a file of the operator's on top.

interface Name {
  name: string;
  source: string;
  resident?: boolean;
}

let server: TestServer;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-names-'));
  const file = path.join(home, 'mine.yaml');
  const config = {
    principals: { denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' } },
    agents: {
      'doc-manager': { description: 'Ours says it otherwise' },
      clerk: { provider: 'mock', model: 'clerk', system_prompt: 'You are a clerk.' },
      keeper: { resident: true, code: 'reporter', principal: 'denn', subscribe: [{ topic: 'types' }] },
    },
  };
  writeFileSync(file, stringify(config));
  const bundles = ['document-agent', 'weekly-reporter'].map((name) => path.join(ROOT, 'bundles', name, 'loomcycle.yaml'));
  server = await TestServer.start({ configFiles: [...bundles, file] });
}, 180_000);
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

async function agents(): Promise<[name: string, source: string, resident: boolean | undefined][]> {
  const { body } = await server.get<{ names: Name[] }>('/v1/_agentdef/names');
  return body.names.map(({ name, source, resident }) => [name, source, resident]);
}

test('agents of a bundle say so, also where yaml changes them, and residents say what they are', async () => {
  expect(await agents()).toEqual([
    ['clerk', 'yaml', false],
    ['doc-manager', 'bundle', false],
    ['keeper', 'yaml', true],
    ['reporter', 'bundle', true],
  ]);
});

test('skills come of bundles, and are no residents', async () => {
  const { body } = await server.get<{ names: Name[] }>('/v1/_skilldef/names');
  expect(body.names.map(({ source, resident }) => [source, resident])).toEqual(body.names.map(() => ['bundle', undefined]));
  expect(body.names.length).toBeGreaterThan(0);
});

test('what a tenant makes of the name of a resident is no resident', async () => {
  const overlay = { provider: 'mock', model: 'clerk', system_prompt: 'You keep things.' };
  expect((await post(server, '/v1/_agentdef', { op: 'fork', name: 'keeper', overlay, promote: true })).status).toBe(200);
  expect(await agents()).toContainEqual(['keeper', 'tenant', false]);
});
