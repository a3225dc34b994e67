import { afterAll, beforeAll, expect, test } from 'vitest';
import { send, type Batch } from '../support/channels.js';
import { TestServer } from '../support/server.js';

// The routes of the reference, with statuses that say what is wrong.

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        kim: { tenant: '', subject: 'kim', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_KIM' },
        reader: { tenant: '', subject: 'reader', scopes: ['channel:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
      },
      channels: {
        jobs: { scope: 'global', description: 'Work' },
        'team/notes': { scope: 'user', semantic: 'broadcast' },
        '_system/notice': { scope: 'global', semantic: 'broadcast', publisher: 'system' },
      },
      channel_limits: { max_payload_bytes: 100 },
    },
    env: { LOOMCYCLE_TOKEN_KIM: 'kim-0123456789', LOOMCYCLE_TOKEN_READER: 'reader-0123456789' },
  });
});
afterAll(() => server.stop());

const KIM = 'kim-0123456789';
const READER = 'reader-0123456789';
const post = (route: string, body?: unknown, token?: string) => send(server, 'POST', route, body, token);

/** Status and code of an answer. */
async function refused(method: string, route: string, body?: unknown, token?: string): Promise<[number, unknown]> {
  const answer = await send(server, method, route, body, token);
  return [answer.status, answer.body.code];
}

test('publish, subscribe, ack and peek of a shared channel', async () => {
  const published = await post('/v1/_channels/jobs/publish', { payload: { n: 1 } });
  expect(published).toMatchObject({ status: 200, body: { channel: 'jobs', msg_id: expect.stringMatching(/^msg_[0-9a-f]{24}$/) as unknown } });
  const peeked = await send<Batch>(server, 'GET', '/v1/_channels/jobs/peek?max_messages=5');
  expect(peeked.body.messages).toMatchObject([{ id: published.body.msg_id, value: { n: 1 } }]);
  const { body } = await send<Batch>(server, 'POST', '/v1/_channels/jobs/subscribe');
  expect(body).toMatchObject({ channel: 'jobs', messages: [{ value: { n: 1 }, deliveries: 1 }] });
  expect(await post('/v1/_channels/jobs/ack', { cursor: body.next_cursor })).toEqual({ status: 200, body: { ok: true, acked: 1 } });
  expect((await send<Batch>(server, 'POST', '/v1/_channels/jobs/subscribe')).body.messages).toEqual([]);
});

test('Q13: what is wrong with a call is said by its status: a missing payload is no failure of the server', async () => {
  expect(await refused('POST', '/v1/_channels/jobs/publish', {})).toEqual([400, 'invalid_request']);
  expect(await refused('POST', '/v1/_channels/jobs/publish', { payload: 1, deliver_at: 'soon' })).toEqual([400, 'invalid_request']);
  expect(await refused('POST', '/v1/_channels/jobs/publish', { payload: 'x'.repeat(100) })).toEqual([413, 'payload_too_large']);
  expect(await refused('POST', '/v1/_channels/jobs/ack', { cursor: 'nonsense' })).toEqual([400, 'invalid_request']);
  expect(await refused('POST', '/v1/_channels/none/publish', { payload: 1 })).toEqual([404, 'channel_not_declared']);
  expect(await refused('POST', '/v1/_channels/none/subscribe')).toEqual([404, 'channel_not_declared']);
  expect(await refused('GET', '/v1/_channels/jobs/publish')).toEqual([405, 'method_not_allowed']);
  expect(await refused('POST', '/v1/_channels/jobs/dance', {})).toEqual([404, 'not_found']);
  expect(await refused('GET', '/v1/_channels/%zz/peek')).toEqual([400, 'bad_request']);
});

test('an ack that goes backwards answers 409', async () => {
  const name = '/v1/users/denn/channels/team%2Fnotes';
  for (const payload of [1, 2]) await post(`${name}/publish`, { payload });
  const one = (await send<Batch>(server, 'GET', `${name}/peek?max_messages=1`)).body.next_cursor;
  const two = (await send<Batch>(server, 'GET', `${name}/peek`)).body.next_cursor;
  expect((await post(`${name}/ack`, { cursor: two })).status).toBe(200);
  expect(await refused('POST', `${name}/ack`, { cursor: one })).toEqual([409, 'channel_cursor_regression']);
});

test('a slash in a name may be sent as %2F or as it is', async () => {
  const encoded = await send<Batch>(server, 'GET', '/v1/users/denn/channels/team%2Fnotes/peek');
  const plain = await send<Batch>(server, 'GET', '/v1/users/denn/channels/team/notes/peek');
  expect(encoded).toMatchObject({ status: 200, body: { channel: 'team/notes' } });
  expect(plain.body).toEqual(encoded.body);
});

test("C11, Q13: a route that is not for the channel's scope is refused, nothing lands where nobody reads", async () => {
  expect(await refused('POST', '/v1/_channels/team%2Fnotes/publish', { payload: 1 })).toEqual([400, 'channel_scope_invalid']);
  expect(await refused('POST', '/v1/users/denn/channels/jobs/publish', { payload: 1 })).toEqual([400, 'channel_scope_invalid']);
  const answer = await post('/v1/users/denn/channels/team%2Fnotes/publish', { payload: 'with a ttl', ttl: 60 });
  expect(answer.status).toBe(200);
});

test("another user's channels look like none, and the shared routes are for admins", async () => {
  expect(await refused('POST', '/v1/users/denn/channels/team%2Fnotes/publish', { payload: 1 }, KIM)).toEqual([404, 'unknown_channel']);
  expect(await refused('POST', '/v1/users/kim/channels/team%2Fnotes/publish', { payload: 1 })).toEqual([404, 'unknown_channel']);
  expect(await refused('GET', '/v1/_channels', undefined, KIM)).toEqual([403, 'forbidden']);
  expect(await refused('POST', '/v1/_channels/jobs/publish', { payload: 1 }, KIM)).toEqual([403, 'forbidden']);
  expect((await post('/v1/users/kim/channels/team%2Fnotes/publish', { payload: 1 }, KIM)).status).toBe(200);
  expect((await send(server, 'GET', '/v1/users/reader/channels/team%2Fnotes/peek', undefined, READER)).status).toBe(200);
  expect(await refused('POST', '/v1/users/reader/channels/team%2Fnotes/publish', { payload: 1 }, READER)).toEqual([403, 'forbidden']);
});

test('await and broadcast over several channels', async () => {
  const sent = await post('/v1/_channels/_broadcast', { channels: ['jobs', 'jobs'], payload: 'b' });
  expect(sent.body).toMatchObject({ published: 1, failed: 0, results: [{ channel: 'jobs', msg_id: expect.any(String) as unknown }] });
  const waited = await post('/v1/_channels/_await', { channels: ['jobs'], mode: 'any' });
  expect(waited).toMatchObject({ status: 200, body: { satisfied: true, timed_out: false, fired: ['jobs'] } });
  expect(await refused('POST', '/v1/_channels/_broadcast', { channels: ['jobs', 'none'], payload: 1 })).toEqual([404, 'channel_not_declared']);
});

test('Q13: only admins publish to channels of the system, and to no other by that route', async () => {
  expect((await post('/v1/_channels/_system/notice', { payload: { text: 'restart at nine' } })).status).toBe(200);
  expect((await send<Batch>(server, 'GET', '/v1/_channels/_system/notice/peek')).body.messages).toHaveLength(1);
  expect(await refused('POST', '/v1/_channels/_system/none', { payload: 1 })).toEqual([404, 'channel_not_declared']);
  const viaTool = await post('/v1/_channel', { op: 'publish', channel: '_system/notice', value: 1 }, KIM);
  expect([viaTool.status, viaTool.body.reason]).toEqual([403, 'forbidden']);
});
