import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { callPath, documentAt, ls } from '../support/paths.js';
import { TestServer, type RefusalBody } from '../support/server.js';

const dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const READER = 'test-token-of-reader-0123456789';

function as(tenant: string): Record<string, unknown> {
  return {
    principals: {
      denn: { tenant, subject: 'denn', scopes: ['documents:read', 'documents:write', 'documents:tenant'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
      reader: { tenant, subject: 'reader', scopes: ['documents:read'], token_env: 'LOOMCYCLE_TOKEN_READER' },
    },
  };
}

async function withServer(tenant: string, use: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await TestServer.start({ dataDir, config: as(tenant), env: { LOOMCYCLE_TOKEN_READER: READER } });
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

test('D20: document and path have one default scope: what the one names the other shows', () =>
  withServer('', async (server) => {
    const id = await documentAt(server, '/d20/plan');
    expect(await ls(server, { path: '/d20' })).toEqual(['/d20/plan document']);
    expect(await ls(server, { path: '/d20', scope: 'user' })).toEqual(['/d20/plan document']);
    expect(await ls(server, { path: '/d20', scope: 'tenant' })).toEqual([]);
    await server.document('create_document', { title: 'Shared', path: '/d20/plan', scope: 'tenant' });
    expect(await ls(server, { path: '/d20', scope: 'tenant' })).toEqual(['/d20/plan document']);
    expect(await server.document('get_document', { path: '/d20/plan' })).toMatchObject({ document_id: id });
  }));

test('D21: tenant "" and "default" are the same storage and the same names', async () => {
  let id = '';
  await withServer('', async (server) => {
    id = await documentAt(server, '/d21/plan');
  });
  await withServer('default', async (server) => {
    expect(await ls(server, { path: '/d21' })).toEqual(['/d21/plan document']);
    expect(await server.document('get_document', { path: '/d21/plan' })).toMatchObject({ document_id: id });
    await documentAt(server, '/d21/more');
  });
  await withServer('', async (server) => {
    expect(await ls(server, { path: '/d21' })).toEqual(['/d21/more document', '/d21/plan document']);
  });
});

test('reading names needs documents:read, changing them documents:write; nobody sees those of others', () =>
  withServer('', async (server) => {
    await documentAt(server, '/mine/plan');
    expect(await callPath(server, 'ls', {}, READER)).toEqual({ status: 200, body: { path: '/', entries: [] } });
    const inputs: Record<string, object> = {
      mkdir: { path: '/a' },
      link: { path: '/a', kind: 'url', ref: { url: 'https://example.org/' } },
      mv: { path: '/a', to: '/b' },
      rm: { path: '/a' },
    };
    for (const [op, input] of Object.entries(inputs)) {
      const { status, body } = await callPath<RefusalBody>(server, op, { ...input }, READER);
      expect([op, status, body.data]).toEqual([op, 403, { scope: 'documents:write' }]);
    }
  }));
