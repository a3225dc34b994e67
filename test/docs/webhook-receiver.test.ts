import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { newSecret } from '../../src/webhooks/secret.js';
import { LOCAL, Webhooks } from '../support/receiver.js';
import { ROOT, TestServer } from '../support/server.js';

// The receiver of docs/WEBHOOKS.md, as it stands there, takes what the server sends and nothing else.

test('the receiver of the five-minute example works', async () => {
  const [, source] = /```js\n([\s\S]*?)```/.exec(readFileSync(path.join(ROOT, 'docs/WEBHOOKS.md'), 'utf8'))!;
  // In the project, so that it finds the package.
  const folder = mkdtempSync(path.join(ROOT, 'dist/receiver-'));
  const file = path.join(folder, 'receiver.mjs');
  writeFileSync(file, source!);
  const secret = newSecret();
  const child = spawn(process.execPath, [file], { env: { PATH: process.env.PATH, SECRET: secret, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  const server = await TestServer.start({ config: { outgoing_webhooks: LOCAL } });
  try {
    const [, port] = /listening on (\d+)/.exec(await line())!;
    const url = `http://127.0.0.1:${port}/`;
    const webhooks = new Webhooks(server);
    await webhooks.call('create', { name: 'mine', url, topic: 'documents/*/chunks', secret });
    expect(await webhooks.call('test', { name: 'mine' })).toMatchObject({ status: 'succeeded', response_code: 204 });
    expect(await line()).toMatch(/^msg_[0-9a-f]{32} webhooks\.ping/);
    await server.document('create_document', { title: 'Plan – ünïcode' });
    expect(await line()).toMatch(/^msg_[0-9a-f]{32} documents\.create_document/);
    await webhooks.call('create', { name: 'forger', url, topic: 'paths' });
    expect(await webhooks.call('test', { name: 'forger' })).toMatchObject({ status: 'failed', response_code: 400 });
  } finally {
    const exited = once(child, 'exit');
    child.kill();
    await exited;
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});
