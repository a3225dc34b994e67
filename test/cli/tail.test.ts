import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIN, runLoomcycle } from '../support/cli.js';
import { BreakingProxy } from '../support/breaking-proxy.js';
import { TestServer, TOKEN } from '../support/server.js';

interface Event {
  seq: number;
  topic: string;
  payload: { op: string; document_id: string };
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

/** A `loomcycle tail --json` and its lines. */
class Tail {
  private readonly lines: AsyncIterator<string>;

  private constructor(readonly child: ChildProcess) {
    this.lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  static start(url: string, ...args: string[]): Tail {
    const env = { PATH: process.env.PATH, LOOMCYCLE_BASE_URL: url, LOOMCYCLE_AUTH_TOKEN: TOKEN };
    return new Tail(spawn(process.execPath, [MAIN, 'tail', '--json', ...args], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'inherit'] }));
  }

  async next(): Promise<Event> {
    const { value } = (await this.lines.next()) as { value: string };
    return JSON.parse(value) as Event;
  }

  /** Ends it as Ctrl+C does. */
  async interrupt(): Promise<number | null> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGINT');
    const [code] = (await closed) as [number | null];
    return code;
  }
}

test('--since begins after a seq; new events follow; Ctrl+C ends it with 0', async () => {
  const { document_id: first } = await server.document<{ document_id: string }>('create_document', { title: 'First' });
  const tail = Tail.start(server.url, 'documents/*/chunks', '--since', '0');
  expect(await tail.next()).toMatchObject({ topic: `documents/${first}/chunks`, payload: { document_id: first } });
  const { document_id: second } = await server.document<{ document_id: string }>('create_document', { title: 'Second' });
  expect((await tail.next()).payload.document_id).toBe(second);
  expect(await tail.interrupt()).toBe(0);
});

test('a connection that broke goes on after the last event', async () => {
  const proxy = await BreakingProxy.start(server.url);
  const { document_id: id } = await server.document<{ document_id: string }>('create_document', { title: 'Broken' });
  const tail = Tail.start(proxy.url, `documents/${id}/chunks`, '--since', '0');
  const { seq } = await tail.next();
  // Nothing passes while it is away.
  proxy.fate = () => 'hold';
  proxy.cutAll();
  await proxy.keeps(1);
  const { id: missed } = await server.document<{ id: string }>('create_chunk', { document_id: id, title: 'Meanwhile' });
  proxy.fate = () => 'pass';
  proxy.breakOff();
  const event = await tail.next();
  expect(event).toMatchObject({ payload: { op: 'create_chunk', chunk_id: missed } });
  expect(event.seq).toBeGreaterThan(seq);
  expect(proxy.seen.at(-1)!.headers['last-event-id']).toBeDefined();
  expect(await tail.interrupt()).toBe(0);
  proxy.stop();
});

test('a server that is not there, and one that refuses, end it with 1', async () => {
  const gone = await runLoomcycle(['tail', 'types', '--target', 'http://127.0.0.1:1'], { cwd: tmpdir() });
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be reached') });
  const refused = await runLoomcycle(['tail', 'types', '--target', server.url, '--token', 'of-nobody'], { cwd: tmpdir() });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('401') });
});
