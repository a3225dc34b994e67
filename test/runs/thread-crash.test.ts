import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { agentsConfig, ended, eventsOf, startRun, typesOf } from '../support/runs.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
afterAll(() => server.stop());

it('the thread of runs dies: its runs go on where they were in the next one, and their clients only see that', async () => {
  const titled = (title: string) => ({ tool_calls: [{ name: 'Document', input: { op: 'create_document', title } }] });
  server = await TestServer.start({
    config: {
      ...agentsConfig({ writer: { allowed_tools: ['Document'], turns: [titled('First'), titled('Second'), { text: 'Both are there.' }], script: { latency_ms: 400 } } }),
      runs: { threads: 1 },
    },
    env: { NODE_OPTIONS: `--import=${fileURLToPath(new URL('../support/last-thread.mjs', import.meta.url))}` },
  });
  const streams = await Promise.all([1, 2].map(() => startRun(server, { agent: 'writer', prompt: 'Write both' })));
  await Promise.all(streams.map((stream) => stream.until(() => eventsOf(stream, 'tool_result').length === 1)));
  server.child.kill('SIGUSR2');
  for (const stream of streams) {
    expect(await ended(stream)).toMatchObject({ status: 'completed' });
    expect(typesOf(stream)).toContain('resumed');
    expect(eventsOf<{ text: string }>(stream, 'text').map(({ text }) => text)).toEqual(['Both are there.']);
  }
  const { documents } = await server.document<{ documents: { title: string }[] }>('list_documents');
  expect(documents.map(({ title }) => title).sort()).toEqual(['First', 'First', 'Second', 'Second']);
  expect(server.log).toContain('a thread of runs ended and is started anew');
});
