import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configOf, examplesOf, match, substitute, type Bindings, type Example } from '../support/doc-examples.js';
import { StreamReader } from '../support/event-stream.js';
import { ROOT, TestServer, TOKEN } from '../support/server.js';
import { Subscriber } from '../support/socket.js';

// Every fenced block of the language `loomcycle` in README.md and docs/ is run as it stands, those of one
// file in order on one fresh server.

const FILES = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((name) => name.endsWith('.md'));

const documented = FILES.map((file) => {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return { file, examples: examplesOf(text), config: configOf(text) };
}).filter(
  ({ examples }) => examples.length > 0,
);

test('the protocol has examples', () => {
  expect(documented.map(({ file }) => file)).toContain('docs/PROTOCOL.md');
});

describe.each(documented)('$file', ({ examples, config }) => {
  let server: TestServer;
  const bindings: Bindings = new Map();
  beforeAll(async () => {
    server = await TestServer.start({ config });
  });
  afterAll(() => server.stop());

  test.each(examples)('line $line', (example) => run(example, server, bindings));
});

async function run({ steps }: Example, server: TestServer, bindings: Bindings): Promise<void> {
  let socket: Subscriber | undefined;
  let read = 0;
  let stream: StreamReader | undefined;
  let told = 0;
  const http = { status: 0, body: undefined as unknown };
  try {
    for (const step of steps) {
      if (step.kind === 'request') {
        const { method, headers, body } = step;
        const response = await fetch(`${server.url}${substitute(step.path, bindings)}`, {
          method,
          headers: { authorization: `Bearer ${TOKEN}`, ...headers },
          ...(body === undefined ? {} : { body: substitute(body, bindings) }),
        });
        const text = await response.text();
        Object.assign(http, { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) });
      } else if (step.kind === 'response') {
        expect([step.line, http.status, http.body]).toEqual([step.line, step.status, http.body]);
        match(step.body, http.body, bindings, `line ${step.line}`);
      } else if (step.kind === 'send') {
        socket ??= await Subscriber.open(server);
        socket.send(JSON.parse(substitute(step.body, bindings)) as Record<string, unknown>);
      } else if (step.kind === 'frame') {
        const at = read++;
        match(step.body, await socket!.until(() => socket!.frames[at]), bindings, `line ${step.line}`);
      } else if (step.kind === 'stream') {
        stream?.close();
        told = 0;
        const headers = Object.fromEntries(Object.entries(step.headers).map(([name, value]) => [name, substitute(value, bindings)]));
        const body = step.body === undefined ? {} : { body: JSON.parse(substitute(step.body, bindings)) as unknown };
        stream = await StreamReader.open(server, { path: substitute(step.path, bindings), headers, ...body });
      } else {
        const at = told++;
        const { id, ...rest } = await stream!.until(() => stream!.messages[at]);
        match(step.body, { ...rest, ...(id === undefined ? {} : { id: Number(id) }) }, bindings, `line ${step.line}`);
      }
    }
  } finally {
    await socket?.close();
    stream?.close();
  }
}
