import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer, type RefusalBody } from '../support/server.js';

// Whose storage a call may name. The scope agent belongs to agents of the configuration, the scope tenant
// to those who hold documents:tenant.

const ANNA = 'test-token-of-anna-0123456789';
const BEN = 'test-token-of-ben-01234567890';
const MEMBER = 'test-token-of-member-0123456789';
const SPELT = 'test-token-of-spelt-0123456789';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        anna: { tenant: 'acme', subject: 'anna', scopes: ['substrate:tenant', 'documents:tenant'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
        ben: { tenant: 'acme', subject: 'ben', scopes: ['documents:read', 'documents:tenant'], token_env: 'LOOMCYCLE_TOKEN_BEN' },
        member: { tenant: 'acme', subject: 'member', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_MEMBER' },
        spelt: { tenant: 'default', subject: 'denn', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_SPELT' },
      },
      agents: { drafter: { resident: true, code: 'drafter', principal: 'anna', subscribe: [{ topic: 'documents/*/chunks' }] } },
    },
    env: {
      LOOMCYCLE_TOKEN_ANNA: ANNA,
      LOOMCYCLE_TOKEN_BEN: BEN,
      LOOMCYCLE_TOKEN_MEMBER: MEMBER,
      LOOMCYCLE_TOKEN_SPELT: SPELT,
    },
  });
});
afterAll(() => server.stop());

async function titles(token: string, input: Record<string, unknown>): Promise<string[]> {
  const { status, body } = await server.call<{ documents: { title: string }[] }>('list_documents', input, token);
  expect(status).toBe(200);
  return body.documents.map(({ title }) => title);
}

async function refusal(token: string, input: Record<string, unknown>): Promise<string> {
  const { body } = await server.call<RefusalBody>('list_documents', input, token);
  return body.reason;
}

test('D22: documents of an agent are there for whom it acts, and for an admin of its tenant', async () => {
  const scope = { scope: 'agent', agent: 'drafter' };
  expect((await server.call('create_document', { title: 'Notes', ...scope }, ANNA)).status).toBe(200);
  expect(await titles(ANNA, scope)).toEqual(['Notes']);
  expect(await titles(ANNA, {})).toEqual([]);
  expect(existsSync(path.join(server.dataDir, 'sqlmem/acme/agent/drafter.db'))).toBe(true);
  expect(await refusal(MEMBER, scope)).toBe('scope_unsupported');
  expect(await refusal(ANNA, { scope: 'agent' })).toBe('scope_unsupported');
  expect(await refusal(ANNA, { scope: 'agent', agent: 'another' })).toBe('scope_unsupported');
  // An admin of another tenant has another drafter.
  expect((await server.document<{ documents: unknown[] }>('list_documents', scope)).documents).toEqual([]);
});

test('D22: a tenant shares documents among those who hold documents:tenant', async () => {
  const { status } = await server.call('create_document', { title: 'Shared', scope: 'tenant' }, ANNA);
  expect(status).toBe(200);
  expect(await titles(BEN, { scope: 'tenant' })).toEqual(['Shared']);
  const { status: written, body } = await server.call<RefusalBody>('create_document', { title: 'x', scope: 'tenant' }, BEN);
  expect([written, body.data.scope]).toEqual([403, 'documents:write']);
  const { status: without, body: why } = await server.call<RefusalBody>('list_documents', { scope: 'tenant' }, MEMBER);
  expect([without, why.data.scope]).toEqual([403, 'documents:tenant']);
  expect((await server.document<{ documents: unknown[] }>('list_documents', { scope: 'tenant' })).documents).toEqual([]);
});

test('D21: the tenant "" and the tenant "default" are one', async () => {
  await server.document('create_document', { title: 'One' });
  expect(await titles(SPELT, {})).toEqual(['One']);
});

test('no other scope can be named', async () => {
  for (const input of [{ scope: 'global' }, { scope: 'run' }, { scope: '../denn' }, { agent: 'drafter' }, { scope: 'user', agent: 'drafter' }]) {
    expect(['invalid_input', 'scope_unsupported']).toContain(await refusal(ANNA, input));
  }
});
