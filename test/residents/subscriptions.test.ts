import { afterAll, beforeAll, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { TestServer } from '../support/server.js';

// The reporter, which does nothing without publications: what wakes it is counted.

interface Report {
  state: string;
  cursor: number;
  wakes: number;
}

const agent = (subscribe: unknown[]): Record<string, unknown> => ({ resident: true, code: 'reporter', principal: 'denn', subscribe });

let server: TestServer;
beforeAll(async () => {
  const select = [{ topic: 'types' }, { topic: 'documents/**', filter: { status: { in: ['posted', 'failed'] } } }];
  server = await TestServer.start({ config: { agents: { reporter: agent(select) } } });
});
afterAll(() => server.stop());

/** Asks until the agent has nothing to do and was woken more often than before. */
async function wokenSince(wakes: number): Promise<number> {
  for (;;) {
    const { body } = await server.get<{ residents: Report[] }>('/v1/_residents');
    const [report] = body.residents;
    if (report!.state === 'idle' && report!.wakes > wakes) return report!.wakes;
  }
}

test('an agent is woken by each of its subscriptions, and by what their filters take only', async () => {
  const started = await wokenSince(0);
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  const { id } = await server.document<{ id: string }>('create_chunk', { document_id, title: 'one', status: 'scheduled' });
  await server.document('update_chunk', { id, revision: 1, status: 'drafted' });
  await server.document('update_chunk', { id, revision: 2, status: 'posted' });
  const posted = await wokenSince(started);
  expect(posted).toBe(started + 1);
  await server.document('define_type', { name: 'talk', fields: [] });
  expect(await wokenSince(posted)).toBe(posted + 1);
});

test.each([
  [[{ topic: 'types' }, { scope: 'agent', topic: 'types' }], 'same scope'],
  [[{ topic: 'a/**/b' }], 'last segment'],
  [[{ topic: 'types', filter: { a: { like: 1 } } }], 'Unrecognized key'],
  [[], 'Too small'],
  [Array.from({ length: 17 }, () => ({ topic: 'types' })), 'Too big'],
])('the configuration refuses to subscribe to %j', (subscribe, why) => {
  const { success, error } = configSchema.safeParse({ agents: { reporter: agent(subscribe) } });
  expect(success).toBe(false);
  expect(JSON.stringify(error!.issues)).toContain(why);
});
