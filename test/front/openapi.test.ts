import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Authenticator } from '../../src/front/authenticate.js';
import { FrontServer, type ServerOptions } from '../../src/front/server.js';
import { OPERATIONS } from '../../src/operations/registry.js';
import { ROOT, TestServer, TOKEN } from '../support/server.js';

interface Described {
  openapi: string;
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: { discriminator?: { mapping: Record<string, string> } } }> } }>>;
  components: { schemas: Record<string, { required?: string[]; properties?: Record<string, unknown> }> };
}

let server: TestServer;
let described: Described;
beforeAll(async () => {
  server = await TestServer.start();
  described = (await server.get<Described>('/v1/openapi.json')).body;
});
afterAll(() => server.stop());

test('it is valid OpenAPI 3.1', async () => {
  expect(described.openapi).toMatch(/^3\.1\./);
  const folder = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
  const file = path.join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(described));
  const redocly = path.join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
  const args = [redocly, 'lint', file, '--format=json', '--extends=recommended'];
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env }).catch((error: unknown) => error as { stdout: string });
  const { problems, totals } = JSON.parse(stdout) as { problems: { message: string; location: unknown }[]; totals: Record<string, number> };
  expect(problems.map((problem) => `${problem.message} ${JSON.stringify(problem.location)}`)).toEqual([]);
  expect(totals).toMatchObject({ errors: 0, warnings: 0 });
  rmSync(folder, { recursive: true });
}, 120_000);

test('every public op of the registry is in it with the fields of its input, and no other', () => {
  const inDocument: string[] = [];
  for (const [route, methods] of Object.entries(described.paths)) {
    const mapping = methods.post?.requestBody?.content['application/json']?.schema.discriminator?.mapping ?? {};
    for (const [op, ref] of Object.entries(mapping)) {
      const tool = route.replace('/v1/_', '');
      inDocument.push(`${tool} ${op}`);
      const operation = OPERATIONS.find((each) => each.tool === tool && each.op === op)!;
      const schema = described.components.schemas[ref.split('/').at(-1)!]!;
      expect(Object.keys(schema.properties!).toSorted()).toEqual(Object.keys(operation.input.shape).toSorted());
    }
  }
  const registered = OPERATIONS.filter((operation) => !operation.internal).map(({ tool, op }) => `${tool} ${op}`);
  expect(inDocument.toSorted()).toEqual(registered.toSorted());
});

test('every route that it describes is there', async () => {
  for (const [route, methods] of Object.entries(described.paths)) {
    for (const method of Object.keys(methods)) {
      const response = await fetch(`${server.url}${route.replaceAll(/\{\w+\}/g, 'x')}`, {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${TOKEN}`, origin: server.url },
        ...(method === 'get' || method === 'delete' ? {} : { body: '{}' }),
      });
      const isStream = response.headers.get('content-type') === 'text/event-stream';
      const text = isStream ? (await response.body?.cancel(), '') : await response.text();
      expect([route, method, response.status === 405 || text.includes('no route')]).toEqual([route, method, false]);
    }
  }
});

/** Pages of the console and redirects to it: no interface of programs. */
const PAGES = ['GET /', 'GET /ui', 'GET /ui/*'];
/** Routes of the reference that answer 501: there are no embeddings. */
const ABSENT = ['GET /v1/_memory/embed_stats', 'POST /v1/_memory/reembed'];

test('every route that is served is described', () => {
  const auth = {} as Authenticator;
  const subscriptions = { max_waiting_bytes: 1, keep_alive: 1000 };
  const front = new FrontServer({ auth, subscriptions, version: '', consoleDir: '.', dataDir: '.' } as ServerOptions);
  const known = Object.entries(described.paths).flatMap(([route, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`));
  const missing = front.served.filter((served) => {
    const pattern = served.replaceAll(/[.$]/g, String.raw`\$&`).replaceAll(/:\w+/g, '[^/]+').replace(/\*$/, '.+');
    return ![...PAGES, ...ABSENT].includes(served) && !known.some((route) => new RegExp(`^${pattern}$`).test(route));
  });
  front.close();
  expect(front.served.length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});
