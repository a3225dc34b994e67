// `node bench/residents.mjs [residents] [events]`: what idle residents weigh and cost, and how long an event takes to
// the start of the wake that it causes. Build first. Starts a server of its own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { residentOf, startServer, TOKEN } from './server.mjs';

const COUNT = Number(process.argv[2] ?? 100);
const EVENTS = Number(process.argv[3] ?? 500);
const IDLE_MS = 5000;
// The time of an event is that of its batch in whole milliseconds: what is printed is too much by half of one on average.
const CODE = `import { appendFileSync } from 'node:fs';
export default ({ settings }) => ({
  async wake({ events }) {
    const now = performance.timeOrigin + performance.now();
    appendFileSync(settings.file, events.map(({ ts }) => (now - ts / 1e6) + '\\n').join(''));
  },
});
`;

const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-bench-'));
const file = path.join(home, 'delays');
mkdirSync(path.join(home, 'agents', 'probe'), { recursive: true });
writeFileSync(path.join(home, 'agents', 'probe', 'index.mjs'), CODE);
writeFileSync(file, '');
try {
  const none = await serve(0, async ({ pid }) => ({ rss: rss(pid), cpu: await idleCpu(pid) }));
  await serve(COUNT, async ({ pid, url }) => {
    const weight = rss(pid) - none.rss;
    console.log(`${COUNT} residents: ${weight.toFixed(0)} MB more resident than without any, idle ${(await idleCpu(pid)).toFixed(2)} % of a core (${none.cpu.toFixed(2)} without)`);
    const { document_id } = await call(url, { op: 'create_document', title: 'Bench' });
    for (let n = 0; n < EVENTS; n += 1) {
      await call(url, { op: 'create_chunk', document_id, title: `chunk ${n}`, type: `probe-${n % COUNT}` });
    }
    for (;;) {
      const delays = readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number).toSorted((a, b) => a - b);
      if (delays.length < EVENTS) {
        await wait(50);
        continue;
      }
      const at = (share) => delays[Math.min(delays.length - 1, Math.floor(share * delays.length))].toFixed(1);
      const mean = delays.reduce((sum, each) => sum + each, 0) / delays.length;
      console.log(`event to start of the wake, ${delays.length} events one after the other: mean ${mean.toFixed(1)}, min ${at(0)}, median ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} ms (goal: mean 5, p99 20)`);
      return;
    }
  });
} finally {
  rmSync(home, { recursive: true });
}

async function serve(count, work) {
  const agents = Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `probe-${n}`,
      { resident: true, code: 'probe', principal: 'bench', subscribe: [{ topic: 'documents/*/chunks', filter: { type: `probe-${n}` } }], settings: { file } },
    ]),
  );
  const { url, pid, stop } = await startServer(path.join(home, `server-${count}`), { residents: { folder: path.join(home, 'agents') }, agents });
  try {
    for (;;) {
      const { residents } = await (await fetch(`${url}/v1/_residents`, { headers: { authorization: `Bearer ${TOKEN}` } })).json();
      if (residents.every(({ state }) => state === 'idle')) break;
      await wait(50);
    }
    return await work({ pid, url });
  } finally {
    await stop();
  }
}

async function call(url, input) {
  const response = await fetch(`${url}/v1/_document`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body: JSON.stringify(input) });
  if (response.status !== 200) throw new Error(await response.text());
  return response.json();
}

/** Resident memory of a process in MB. */
function rss(pid) {
  return residentOf(pid) / 1024;
}

/** Percent of a core over some seconds. */
async function idleCpu(pid) {
  const ticks = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = ticks();
  await wait(IDLE_MS);
  return ((ticks() - before) * 10 * 100) / IDLE_MS;
}
