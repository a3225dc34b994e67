import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';

// One agent that cannot even start, beside one that works by the clock alone.

interface Report {
  name: string;
  state: string;
  wakes: number;
  restarts: number;
  last_crash: string | null;
}

const resident = (code: string, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  resident: true,
  code,
  principal: 'denn',
  subscribe: [{ scope: 'user', topic: 'documents/*/chunks' }],
  ...rest,
});

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    config: { agents: { broken: resident('no-such-code'), clock: resident('reporter', { every: '100ms' }) } },
  });
});
afterAll(() => server.stop());

/** Asks until the report of an agent is as wanted. */
async function until(name: string, wanted: (report: Report) => boolean): Promise<Report> {
  for (;;) {
    const { body } = await server.get<{ residents: Report[] }>('/v1/_residents');
    const report = body.residents.find((each) => each.name === name)!;
    if (wanted(report)) return report;
  }
}

test('an agent whose thread ends is started again and again, and says why', async () => {
  const { last_crash } = await until('broken', ({ restarts }) => restarts >= 3);
  expect(last_crash).toContain('no-such-code');
});

test('meanwhile the other one is woken by the clock, without any event', async () => {
  const { wakes } = await until('clock', () => true);
  const later = await until('clock', (report) => report.wakes >= wakes + 3);
  expect(later).toMatchObject({ restarts: 0, last_crash: null });
});

test('and requests are answered', async () => {
  expect((await server.call('create_document', { title: 'Plan' })).status).toBe(200);
});
