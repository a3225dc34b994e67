// A scope worker for tests with a log in a file. `append` logs and sends an event; `append-and-die` logs it
// and dies before it sends anything; `read` answers a page of the log.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export default function worker({ port, dataDir }) {
  const file = path.join(dataDir, 'log');
  const log = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : []);

  function append() {
    const event = { topic: 'things', seq: log().length + 1, ts: 0, payload: {} };
    appendFileSync(file, `${JSON.stringify(event)}\n`);
    return event;
  }

  return new Promise((resolve, reject) => {
    port.on('message', (message) => {
      if (message.type === 'stop') {
        port.close();
        resolve();
        return;
      }
      for (const { id, key, op, input } of message.calls) {
        const replies = [];
        const frames = [];
        if (op === 'append-and-die') {
          append();
          reject(new Error('died after the commit'));
          return;
        }
        if (op === 'append') {
          const { seq, topic, ...rest } = append();
          frames.push({ key, first: seq, last: seq, topics: [topic], json: JSON.stringify({ topic, seq, ...rest }) });
          replies.push({ id, ok: true, json: String(seq) });
        } else {
          const { after } = JSON.parse(input);
          const events = log();
          // Pages of two, so that a recovery needs several.
          const page = events.filter((event) => event.seq > after).slice(0, 2);
          replies.push({ id, ok: true, json: JSON.stringify({ head: events.length, upto: page.at(-1)?.seq ?? events.length, events: page }) });
        }
        port.postMessage({ type: 'drained', replies, frames });
      }
    });
  });
}
