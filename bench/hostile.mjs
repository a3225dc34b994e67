// Sends hostile SQL to a server, four statements at a time, until its input ends. `node bench/hostile.mjs <url> <token>`
import { readFileSync } from 'node:fs';

const [url, token] = process.argv.slice(2);
const statements = JSON.parse(readFileSync(new URL('../test/sql/hostile-statements.json', import.meta.url), 'utf8'));
let next = 0;
let running = true;

process.stdin.on('end', () => {
  running = false;
}).resume();

async function ask() {
  while (running) {
    const sql = statements[next++ % statements.length];
    const response = await fetch(`${url}/v1/_document`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ op: 'query_chunks', sql }),
    });
    await response.arrayBuffer();
  }
}

const all = Promise.all([ask(), ask(), ask(), ask()]);
console.log('running');
await all;
console.log(JSON.stringify({ statements: next }));
