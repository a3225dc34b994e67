import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Admission } from '../../src/front/admission.js';
import type { Authenticator } from '../../src/front/authenticate.js';
import { FrontServer, type ServerOptions } from '../../src/front/server.js';
import { callTool } from '../support/tools.js';
import { ADMIN, person, Reloading, tokenOf } from '../support/reloading.js';

interface Refused {
  code: string;
  error: string;
  data: { problems: { message: string; file?: string; line?: number; column?: number }[] };
}

const CONFIG = {
  principals: { denn: ADMIN, anna: person('anna'), acme: person('acme', ['substrate:admin'], { tenant: 'acme' }) },
  channels: { jobs: { scope: 'user' } },
};
const SECRETS = { anna: tokenOf('anna'), acme: tokenOf('acme') };

let reloading: Reloading;
beforeAll(async () => {
  reloading = await Reloading.start(CONFIG, SECRETS);
});
afterAll(() => reloading.stop());

async function nothingChanged(): Promise<void> {
  expect(await reloading.me(tokenOf('anna'))).toBe(200);
  expect(await reloading.me(tokenOf('kim'))).toBe(401);
  expect((await callTool(reloading.server, 'channel', { op: 'publish', channel: 'jobs', value: 1 })).status).toBe(200);
}

async function problems(yaml: string): Promise<string[]> {
  reloading.write(CONFIG, { ...SECRETS, kim: tokenOf('kim') });
  const file = reloading.files.write('loomcycle.yaml', yaml);
  const { status, body } = await reloading.post<Refused>();
  expect([status, body.code]).toEqual([422, 'bad_configuration']);
  expect(reloading.server.log).toContain('the earlier one goes on');
  await nothingChanged();
  expect(body.data.problems.every((each) => each.file === file)).toBe(true);
  return body.data.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

test('everything that is wrong is named with its place, and all goes on as before', async () => {
  const good = 'principals:\n  kim: { subject: kim, scopes: [substrate:admin], token_env: LOOMCYCLE_TOKEN_KIM }\n';
  const found = await problems(`${good}chanels: {}\nagents:\n  a: { resident: true, code: reporter, principal: nobody, subscribe: [{ topic: types }] }\nstorage: { workers: 0 }\n`);
  expect(found.map((each) => each.split(' ')[0]).toSorted()).toEqual(['3:1', '5:51', '6:21']);
  expect(found.join('\n')).toContain('there is no principal "nobody"');
});

test('yaml that is none', async () => {
  expect((await problems('principals: { kim: [\n')).length).toBeGreaterThan(0);
});

test('an endpoint in a scope that its principal may not use: known only with all principals and agents', async () => {
  const endpoint = { principal: 'anna', scope: 'tenant', url: 'https://example.com/hook', topic: 'documents/**', secret_env: 'LOOMCYCLE_TOKEN_HOOK' };
  reloading.write({ ...CONFIG, principals: { ...CONFIG.principals, kim: person('kim') }, outgoing_webhooks: { endpoints: { w: endpoint } } }, { ...SECRETS, kim: tokenOf('kim') });
  const { status, body } = await reloading.post<Refused>();
  expect([status, body.code]).toEqual([422, 'bad_configuration']);
  expect(body.error).toContain('documents:tenant');
  await nothingChanged();
});

test('a file that is gone', async () => {
  reloading.write({ include: ['more.yaml'], ...CONFIG }, SECRETS);
  const { status, body } = await reloading.post<Refused>();
  expect(status).toBe(422);
  expect(body.error).toContain('more.yaml');
  await nothingChanged();
});

test('only an administrator of the shared tenant reloads, with an empty object', async () => {
  reloading.write(CONFIG, SECRETS);
  expect((await reloading.post(tokenOf('anna'))).status).toBe(403);
  expect((await reloading.post(tokenOf('acme'))).status).toBe(403);
  expect((await reloading.post(tokenOf('nobody'))).status).toBe(401);
  const { status, body } = await reloading.post<{ error: string }>(undefined, '{"force":true}');
  expect([status, body.error.includes('"force"')]).toEqual([400, true]);
  expect((await reloading.post()).body).toEqual({ changed: [], needs_restart: [], unchanged: true });
});

test('a runtime that was only given its configuration says that it cannot read it again', async () => {
  const auth = { requireScope: () => ({ tenant: 'default', scopes: ['substrate:admin'] }) } as unknown as Authenticator;
  const admission = { admit: (_exchange: unknown, _peer: string, then: () => void) => then() } as unknown as Admission;
  const subscriptions = { max_waiting_bytes: 1, keep_alive: 1000 };
  const front = new FrontServer({ auth, admission, subscriptions, version: '', consoleDir: '.', dataDir: '.' } as ServerOptions);
  const port = await front.listen('127.0.0.1', 0);
  const sent = request({ port, host: '127.0.0.1', path: '/v1/_reload', method: 'POST' });
  sent.end('{}');
  const [response] = (await once(sent, 'response')) as [{ statusCode: number; destroy(): void }];
  expect(response.statusCode).toBe(501);
  response.destroy();
  front.close();
});
