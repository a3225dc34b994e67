// N WebSocket subscribers in a process of their own. All count bytes; the first also reads its frames, so
// that the number of events delivered is known and checked to be dense.
// Arguments: url, token, number of subscribers. Prints a line of JSON for every line that it reads.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const [url, token, number] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const subscribe = JSON.stringify({ type: 'subscribe', id: 'bench', scope: 'user', topic: 'documents/*/chunks' });
const buffer = Buffer.alloc(64 * 1024);
const totals = { events: 0, frames: 0, bytes: 0, gaps: 0 };
let last;

const reader = new WebSocket(`${url.replace('http', 'ws')}/v1/_channels/ws`, { headers: { authorization: `Bearer ${token}` } });
reader.on('message', (data) => {
  const frame = JSON.parse(data);
  if (frame.type !== 'events') return;
  totals.frames += 1;
  for (const { seq } of frame.events) {
    if (last !== undefined && seq !== last + 1) totals.gaps += 1;
    last = seq;
    totals.events += 1;
  }
});
await once(reader, 'open');
reader.send(subscribe);
await Promise.all(Array.from({ length: Number(number) - 1 }, counter));
console.log('ready');
for await (const _line of createInterface({ input: process.stdin })) console.log(JSON.stringify(totals));
process.exit(0);

/** A subscriber that speaks just enough WebSocket to be one, so that the bench measures the server. */
async function counter() {
  // Reads go into one buffer for all: what the client costs is missing to the server.
  let heard;
  const onread = {
    buffer,
    callback(length) {
      if (heard) heard(buffer.toString('latin1', 0, length));
      else totals.bytes += length;
      return true;
    },
  };
  const answered = () => new Promise((resolve) => (heard = resolve)).finally(() => (heard = undefined));
  const socket = connect({ port: Number(port), host: hostname, onread });
  await once(socket, 'connect');
  const key = randomBytes(16).toString('base64');
  const upgraded = answered();
  socket.write(
    `GET /v1/_channels/ws HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  const answer = await upgraded;
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  if (!answer.includes(accept)) throw new Error(`no WebSocket: ${answer}`);
  const payload = Buffer.from(subscribe);
  const mask = randomBytes(4);
  const masked = payload.map((byte, at) => byte ^ mask[at % 4]);
  const subscribed = answered();
  // A client's frame: final text, masked, with a length below 126.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, masked]));
  await subscribed;
}
