import { afterAll, expect, test } from 'vitest';
import { StreamReader } from '../support/event-stream.js';
import { Subscriber } from '../support/socket.js';
import { TestServer } from '../support/server.js';

const PEOPLE = Array.from({ length: 100 }, (_, n) => ({ name: `p${n}`, variable: `LOOMCYCLE_TOKEN_P${n}`, token: `test-token-of-p${n}-0123456789-0123` }));
let server: TestServer;
afterAll(() => server.stop());

test('a socket whose bearer has to be looked up first stays open', async () => {
  server = await TestServer.start({
    config: { principals: Object.fromEntries(PEOPLE.map(({ name, variable }) => [name, { subject: name, scopes: ['channel:read', 'documents:read'], token_env: variable }])) },
    env: Object.fromEntries(PEOPLE.map(({ variable, token }) => [variable, token])),
  });
  // Each bearer is new to the server: the upgrade is answered later than in the handler of its request. The streams make
  // that its memory lies now here, now there.
  const answers: string[] = [];
  const streams: StreamReader[] = [];
  for (const { token } of PEOPLE) {
    const socket = await Subscriber.open(server, token);
    const answer = await Promise.race([socket.subscribe('s', 'documents/**'), socket.closed().then((code) => ({ type: `closed ${code}` }))]);
    answers.push(answer.type);
    streams.push(await StreamReader.open(server, { query: { topic: 'documents/**' }, token }));
    if (streams.length % 3 === 0) streams.shift()!.close();
  }
  for (const stream of streams) stream.close();
  expect(answers).toEqual(PEOPLE.map(() => 'subscribed'));
});
