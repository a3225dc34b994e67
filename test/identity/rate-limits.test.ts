import { afterAll, beforeAll, expect, test } from 'vitest';
import { FailureBackoff, TokenBuckets } from '../../src/front/rate-limits.js';
import { ClientAddresses, networkOf } from '../../src/identity/client-address.js';
import { TestServer, TOKEN } from '../support/server.js';

const ANNA = 'test-token-of-anna-0123456789';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      server: { trusted_proxies: ['127.0.0.1', '::1'] },
      // So slow that nothing comes back while the test runs.
      rate_limits: { principal: { per_second: 0.001, burst: 3 }, address: { per_second: 0.001, burst: 6 }, failed_logins: 2 },
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        anna: { subject: 'anna', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
      },
    },
    env: { LOOMCYCLE_TOKEN_ANNA: ANNA },
  });
});
afterAll(() => server.stop());

async function from(address: string, token: string, route = '/v1/_me'): Promise<Response> {
  return fetch(`${server.url}${route}`, { headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': address } });
}

test('a principal that asks too much waits, wherever it asks from; others do not', async () => {
  const statuses = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await from(`198.51.100.${n}`, ANNA)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  const refused = await from('198.51.100.9', ANNA);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  expect((await from('198.51.100.9', TOKEN)).status).toBe(200);
});

test('an address that asks too much waits, whoever asks; another does not', async () => {
  const statuses = [];
  for (let n = 0; n < 7; n += 1) statuses.push((await from('203.0.113.1', 'nobody', '/v1/nothing')).status);
  expect(statuses.slice(0, 6)).toEqual([401, 401, 401, 401, 401, 401]);
  expect(statuses[6]).toBe(429);
  expect((await from('203.0.113.2', 'nobody', '/v1/nothing')).status).toBe(401);
});

test('an address that guesses secrets waits, by bearer and by login alike; another does not', async () => {
  const statuses = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await from('192.0.2.1', `guess-${n}`)).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
  const login = (address: string): Promise<Response> =>
    fetch(`${server.url}/ui/login`, { method: 'POST', headers: { 'x-forwarded-for': address }, body: '{"token":"one-more-guess"}' });
  const refused = await login('192.0.2.1');
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect((await login('192.0.2.2')).status).toBe(401);
});

test('a bucket gives its burst, then its rate', () => {
  let now = 0;
  const buckets = new TokenBuckets({ per_second: 2, burst: 3 }, () => now);
  expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0]);
  expect(buckets.take('a')).toBeCloseTo(0.5);
  now += 500;
  expect([buckets.take('a'), buckets.take('b')]).toEqual([0, 0]);
  expect(buckets.take('a')).toBeGreaterThan(0);
});

test('each failure past the free ones doubles the wait, up to a minute, and a quiet time forgets them', () => {
  let now = 0;
  const backoff = new FailureBackoff(1, () => now);
  const waits = [];
  for (let n = 0; n < 9; n += 1) {
    backoff.failed('a');
    waits.push(backoff.waitFor('a'));
  }
  expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60]);
  now += 60_000;
  expect(backoff.waitFor('a')).toBe(0);
  now += 15 * 60_000;
  backoff.failed('a');
  expect(backoff.waitFor('a')).toBe(0);
});

test('only what a trusted proxy says of its client is believed', () => {
  const addresses = new ClientAddresses(['10.0.0.0/8', 'fd00::/8']);
  const said = (peer: string, forwarded: string, proto = 'https') =>
    addresses.of(peer, (name) => (name === 'x-forwarded-for' ? forwarded : proto));
  expect(said('10.1.2.3', '203.0.113.5')).toEqual({ address: '203.0.113.5', secure: true });
  // Who forges a hop stands before the one that the proxy saw.
  expect(said('10.1.2.3', '1.1.1.1, 203.0.113.5, 10.9.9.9')).toEqual({ address: '203.0.113.5', secure: true });
  expect(said('203.0.113.9', '1.1.1.1')).toEqual({ address: '203.0.113.9', secure: false });
  expect(said('::ffff:10.1.2.3', '203.0.113.5', 'http')).toEqual({ address: '203.0.113.5', secure: false });
});

test('all addresses of an IPv6 network count as one', () => {
  expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff::9'));
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  expect([networkOf('::ffff:192.0.2.1'), networkOf('192.0.2.1')]).toEqual(['192.0.2.1', '192.0.2.1']);
});
