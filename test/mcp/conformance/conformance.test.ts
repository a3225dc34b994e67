import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BearerProxy } from '../../support/bearer-proxy.js';
import { ROOT, TestServer } from '../../support/server.js';

// The conformance suite of the protocol, every scenario that it has for servers, on a real runtime. There is no list
// of failures to be expected.

const SUITE = path.join(ROOT, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');

let server: TestServer;
let proxy: BearerProxy;
let results: string;
beforeAll(async () => {
  server = await TestServer.start({ entry: 'test/mcp/conformance/server.mjs' });
  proxy = await BearerProxy.start(server);
  results = mkdtempSync(path.join(tmpdir(), 'loomcycle-conformance-'));
});
afterAll(async () => {
  await proxy.stop();
  await server.stop();
  rmSync(results, { recursive: true, force: true });
});

async function suite(...args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--import', path.join(import.meta.dirname, 'fs-with-glob.mjs'), SUITE, ...args], { cwd: results });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'INFO' | 'SKIPPED';
  errorMessage?: string;
}

test('every scenario passes, without a warning', async () => {
  const { output: list } = await suite('list', '--server');
  const scenarios = [...list.matchAll(/^ +- (\S+) \[/gm)].map(([, name]) => name!);
  expect(scenarios.length).toBeGreaterThan(30);
  const { code, output } = await suite('server', '--url', `${proxy.url}/v1/_mcp`, '--suite', 'all', '-o', results);
  const ran = readdirSync(results).map((folder) => ({
    scenario: /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(folder)![1]!,
    checks: JSON.parse(readFileSync(path.join(results, folder, 'checks.json'), 'utf8')) as Check[],
  }));
  expect(ran.map(({ scenario }) => scenario).toSorted()).toEqual(scenarios.toSorted());
  const bad = ran.flatMap(({ scenario, checks }) => checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING').map(({ id, errorMessage }) => `${scenario} ${id}: ${errorMessage}`));
  expect(bad).toEqual([]);
  const untested = ran.filter(({ checks }) => !checks.some(({ status }) => status === 'SUCCESS')).map(({ scenario }) => scenario);
  expect(untested).toEqual([]);
  expect([code, output]).toEqual([0, expect.stringContaining(' 0 failed')]);
});

test('without the fixtures none of this is there', async () => {
  const plain = await TestServer.start();
  const bare = await BearerProxy.start(plain);
  const { code, output } = await suite('server', '--url', `${bare.url}/v1/_mcp`, '--scenario', 'tools-call-simple-text');
  expect([code, output]).toEqual([1, expect.stringContaining('unknown tool: test_simple_text')]);
  await bare.stop();
  await plain.stop();
});
