import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { scopeExecutor } from '../../../src/operations/executor.js';
import { ScopeHost } from '../../../src/scope/host.js';
import { DEFAULT_SETTINGS } from '../../../src/scope/settings.js';
import type { ScopeCall } from '../../../src/scope/messages.js';
import { TestServer } from '../../support/server.js';

const KEY = 'default/user/denn';
let id = 0;

function call(op: string, input: Record<string, unknown>): ScopeCall {
  const author = { actor: 'denn', agent: null, transport: 'http' as const };
  return { id: ++id, key: KEY, tool: 'document', op, input: JSON.stringify({ op, ...input }), author, cursor: null };
}

test('D12: a search sees all that its batch wrote, wherever it stood in it', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-search-'));
  const host = new ScopeHost({ dataDir, synchronous: 'OFF', settings: DEFAULT_SETTINGS, idleMs: 1e9, executor: scopeExecutor, onAlarm: () => undefined });
  try {
    const search = call('search', { query: 'written' });
    const { replies } = await host.drain([search, call('create_document', { title: 'Just written' })], Date.now());
    const reply = replies.find((reply) => reply.id === search.id)!;
    expect(JSON.parse(reply.json)).toMatchObject({ hits: [{ title: 'Just written', trail: [] }] });
  } finally {
    host.close();
    rmSync(dataDir, { recursive: true });
  }
});

test('D12: after a large import the index is made in the background, with nobody searching', async () => {
  const server = await TestServer.start();
  try {
    const markdown = `# Import\n${Array.from({ length: 1500 }, (_, n) => `\n## Heading ${n}\n`).join('')}`;
    await server.document('import_md', { markdown });
    const file = new Database(path.join(server.dataDir, 'sqlmem', `${KEY}.db`), { readonly: true });
    await vi.waitFor(() => expect(file.prepare('SELECT count(*) FROM loom_search_chunks').pluck().get()).toBe(1501), { timeout: 20_000 });
    file.close();
  } finally {
    await server.stop();
  }
});
