import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadIdentities, type Identities } from '../../src/config/auth-env.js';
import { configSchema } from '../../src/config/schema.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-declared-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const A = 'secret-of-a-0123456789-abcdef';
const B = 'secret-of-b-0123456789-abcdef';

function principal(subject: string, letter: string, tenant = ''): Record<string, unknown> {
  return { tenant, subject, scopes: ['documents:read'], token_env: `LOOMCYCLE_TOKEN_${letter}` };
}

function load(principals: Record<string, unknown>, env: Record<string, string>): Identities {
  return loadIdentities(configSchema.parse({ principals }), home, env);
}

test('each declared principal is found by its secret, and nobody by another', () => {
  const { bearers } = load({ a: principal('a', 'A'), b: principal('b', 'B', 'acme') }, { LOOMCYCLE_TOKEN_A: A, LOOMCYCLE_TOKEN_B: B });
  expect(bearers.resolve(A)).toMatchObject({ tenant: 'default', subject: 'a' });
  expect(bearers.resolve(B)).toMatchObject({ tenant: 'acme', subject: 'b' });
  expect(bearers.resolve(`${A} `)).toBeUndefined();
  expect(bearers.resolve('')).toBeUndefined();
});

test('one without a secret is inert, with a warning; two of them are no twins', () => {
  const { bearers, warnings } = load(
    { a: principal('a', 'A'), b: principal('b', 'B'), c: principal('c', 'C') },
    { LOOMCYCLE_TOKEN_A: A, LOOMCYCLE_TOKEN_B: '', LOOMCYCLE_TOKEN_C: '' },
  );
  expect(bearers.resolve('')).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining('LOOMCYCLE_TOKEN_B'), expect.stringContaining('LOOMCYCLE_TOKEN_C')]);
});

test('two principals of one tenant and subject, and short secrets, are warned of by name, never by value', () => {
  const { warnings } = load({ a: principal('x', 'A'), b: principal('x', 'B', 'default') }, { LOOMCYCLE_TOKEN_A: 'short-secret', LOOMCYCLE_TOKEN_B: B });
  expect(warnings).toEqual([expect.stringMatching(/"a" and "b" are one subject/), expect.stringMatching(/LOOMCYCLE_TOKEN_A is shorter than 24/)]);
  expect(warnings.join()).not.toContain('short-secret');
});

test.each([
  ['of two principals', { LOOMCYCLE_TOKEN_A: A, LOOMCYCLE_TOKEN_B: A }, '"a" and principal "b"'],
  ['of a principal and the legacy token', { LOOMCYCLE_TOKEN_A: A, LOOMCYCLE_TOKEN_B: B, LOOMCYCLE_AUTH_TOKEN: B }, '"b" and LOOMCYCLE_AUTH_TOKEN'],
])('the same secret %s is an error that does not tell it', (_name, env, names) => {
  let message = '';
  try {
    load({ a: principal('a', 'A'), b: principal('b', 'B') }, env);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(names);
  for (const secret of Object.values(env)) expect(message).not.toContain(secret);
});

test('with the legacy token nothing is minted', () => {
  expect(load({ a: principal('a', 'A') }, { LOOMCYCLE_AUTH_TOKEN: A }).minted).toBeUndefined();
  expect(load({ a: principal('a', 'A') }, {}).minted).toBe('LOOMCYCLE_TOKEN_A');
});
