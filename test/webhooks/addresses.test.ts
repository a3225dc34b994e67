import { lookup } from 'node:dns';
import { expect, test } from 'vitest';
import { AddressPolicy } from '../../src/webhooks/address.js';
import { guardedLookup, type Resolve } from '../../src/webhooks/lookup.js';
import { DEFAULT_WEBHOOK_SETTINGS } from '../../src/scope/webhook-settings.js';
import { urlProblem } from '../../src/webhooks/url.js';

// A webhook goes to public addresses only, unless the operator named another. The address that counts is the
// one that is connected to.

const NOT_PUBLIC = [
  ...['127.0.0.1', '127.255.0.9', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254'],
  ...['100.64.0.1', '100.100.100.200', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.0.192', '198.18.0.1', '192.0.2.1', '168.63.129.16'],
  ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1', 'fec0::1'],
  ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', '::7f00:1'],
];
const PUBLIC = ['93.184.216.34', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'];

test.each(NOT_PUBLIC)('%s is refused', (address) => {
  // The name of the range that it is in; an address that cannot be read would be refused for another reason.
  const why = new AddressPolicy([]).refusalOf(address);
  expect([why, why === 'not an address']).toEqual([expect.any(String), false]);
});

test.each(PUBLIC)('%s is fine', (address) => {
  expect(new AddressPolicy([]).refusalOf(address)).toBeUndefined();
});

test('what the operator names is allowed: addresses, ranges and hosts, and nothing beside them', () => {
  const policy = new AddressPolicy(['10.1.0.0/16', '127.0.0.1', 'fd00::/8', 'Receiver.internal.']);
  for (const address of ['10.1.2.3', '127.0.0.1', '::ffff:10.1.2.3', 'fd00::7']) expect([address, policy.refusalOf(address)]).toEqual([address, undefined]);
  for (const address of ['10.2.0.1', '127.0.0.2', 'fc00::7', '::1']) expect([address, policy.refusalOf(address)]).toEqual([address, expect.any(String)]);
  expect(['receiver.internal', 'RECEIVER.internal.', 'x.receiver.internal', 'internal'].map((host) => policy.trusts(host))).toEqual([true, true, false, false]);
});

const RULES = DEFAULT_WEBHOOK_SETTINGS.urls;

test('what is no address is refused as such', () => {
  for (const text of ['', 'a.example', '1.2.3.4.5', '::ffff:1.2.3']) expect([text, new AddressPolicy([]).refusalOf(text)]).toEqual([text, 'not an address']);
});

const NOT_A_URL = 'is no URL';
const NOT_HTTP = 'must be http or https';
const USER = 'must not hold a user or password';
const INSIDE = 'has an address that webhooks may not go to';

test.each([
  ...['a.example/x', '', 'http://'].map((url) => [url, NOT_A_URL]),
  ...['ftp://a.example/x', 'file:///etc/passwd', 'javascript:alert(1)'].map((url) => [url, NOT_HTTP]),
  ...['https://user@a.example/', 'https://:pw@a.example/'].map((url) => [url, USER]),
  ...['https://a.example/#x', 'https://a.example/#'].map((url) => [url, 'must not have a fragment']),
  // The same address in other spellings.
  ...['http://127.0.0.1/', 'http://127.1/', 'http://0x7f000001/', 'http://2130706433/', 'http://0177.0.0.1/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://0/'].map((url) => [url, INSIDE]),
  ...['http://169.254.169.254/latest/meta-data/', 'http://１２７.０.０.１/'].map((url) => [url, INSIDE]),
])('the url %j is refused: %s', (url, why) => {
  expect(urlProblem(url!, RULES)).toContain(why);
});

test('urls of names and public addresses are fine; ports and https are a matter of the configuration', () => {
  for (const url of ['https://a.example/hook?x=1', 'http://a.example:8080/', 'https://8.8.8.8/', 'https://[2606:4700::1]/']) expect([url, urlProblem(url, RULES)]).toEqual([url, undefined]);
  expect(urlProblem('http://a.example/', { ...RULES, httpsOnly: true })).toBe('must be https');
  expect(urlProblem('https://a.example/', { ...RULES, httpsOnly: true, ports: [443] })).toBeUndefined();
  expect(urlProblem('https://a.example:8443/', { ...RULES, ports: [443, 80] })).toContain('port 8443');
  expect(urlProblem(`https://a.example/${'x'.repeat(2048)}`, RULES)).toBe('has at most 2048 characters');
  expect(urlProblem('http://127.0.0.1/', { ...RULES, allowPrivate: ['127.0.0.0/8'] })).toBeUndefined();
});

function ask(policy: AddressPolicy, host: string, resolve: Resolve, all = true): Promise<unknown> {
  return new Promise((done, fail) => {
    guardedLookup(policy, resolve)(host, { all }, (error, found) => (error ? fail(error) : done(found)));
  });
}

const v4 = (...addresses: string[]): Resolve => () => Promise.resolve(addresses.map((address) => ({ address, family: 4 })));

test('a name that resolves to a private address is refused, also where only one of its addresses is private', async () => {
  const policy = new AddressPolicy([]);
  expect(await ask(policy, 'a.example', v4('8.8.8.8', '8.8.4.4'))).toHaveLength(2);
  expect(await ask(policy, 'a.example', v4('8.8.8.8'), false)).toBe('8.8.8.8');
  await expect(ask(policy, 'a.example', v4('10.0.0.1'))).rejects.toThrow('webhooks may not go to (private)');
  await expect(ask(policy, 'a.example', v4('8.8.8.8', '169.254.169.254'))).rejects.toThrow('linkLocal');
  await expect(ask(policy, 'a.example', v4())).rejects.toThrow('no address');
});

test('a name that changes its address is judged by the address of each connection', async () => {
  const answers = ['8.8.8.8', '127.0.0.1'];
  const rebinding: Resolve = () => Promise.resolve([{ address: answers.shift()!, family: 4 }]);
  const policy = new AddressPolicy([]);
  expect(await ask(policy, 'rebind.example', rebinding, false)).toBe('8.8.8.8');
  await expect(ask(policy, 'rebind.example', rebinding, false)).rejects.toThrow('loopback');
});

test('a host that the operator named is looked up by the system, and may be private', async () => {
  const policy = new AddressPolicy(['localhost']);
  const never: Resolve = () => Promise.reject(new Error('asked DNS'));
  const bySystem = await new Promise((resolve) => lookup('localhost', { all: true }, (_, found) => resolve(found)));
  expect(await ask(policy, 'localhost', never)).toEqual(bySystem);
});
