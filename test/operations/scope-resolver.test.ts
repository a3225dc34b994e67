import { expect, test } from 'vitest';
import type { Principal, ScopeName } from '../../src/identity/principal.js';
import { ScopeResolver } from '../../src/operations/scope-resolver.js';

// What stands on the wire never decides alone whose file is opened: an agent's grant counts for that
// agent's own calls, and for nobody else's.

const anna: Principal = { name: 'anna', tenant: 'acme', subject: 'anna', scopes: ['substrate:tenant'] };

function resolver(...grants: ScopeName[]): ScopeResolver {
  return new ScopeResolver(new Map([['librarian', { principal: anna, grants }]]));
}

test('D22: an agent with the grant documents:tenant reaches what the tenant shares, its principal does not', () => {
  const scopes = resolver('documents:tenant');
  const input = { scope: 'tenant' };
  expect(scopes.resolve({ principal: anna, agent: 'librarian', input })).toEqual({ tenant: 'acme', kind: 'tenant', id: 'shared' });
  expect(() => scopes.resolve({ principal: anna, input })).toThrow('documents:tenant');
  expect(() => scopes.resolve({ principal: anna, agent: 'another', input })).toThrow('documents:tenant');
  expect(() => resolver().resolve({ principal: anna, agent: 'librarian', input })).toThrow('documents:tenant');
});

test('an agent need not name itself, and may not name one that acts for somebody else', () => {
  const scopes = resolver();
  expect(scopes.resolve({ principal: anna, agent: 'librarian', input: { scope: 'agent' } })).toEqual({ tenant: 'acme', kind: 'agent', id: 'librarian' });
  const ben = { ...anna, name: 'ben', subject: 'ben' };
  expect(() => scopes.resolve({ principal: ben, agent: 'bens', input: { scope: 'agent', agent: 'librarian' } })).toThrow('acts for you');
});

test('global channels and shared documents of a tenant are two files', () => {
  const admin: Principal = { ...anna, scopes: ['substrate:admin'] };
  const files = ['tenant', 'global'].map((scope) => resolver().resolve({ principal: admin, input: { scope } }).id);
  expect(new Set(files).size).toBe(2);
});
