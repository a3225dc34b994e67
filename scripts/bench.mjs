// `npm run bench`: durable updates per second over HTTP with subscribers, against bare SQLite, in one run.
// LOOMCYCLE_BENCH_SECONDS (10) and LOOMCYCLE_BENCH_ROUNDS (3) set its length.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startServer, TOKEN } from '../bench/server.mjs';
import { build, install, ROOT, say } from './lib.mjs';

const SECONDS = process.env.LOOMCYCLE_BENCH_SECONDS ?? '10';
const ROUNDS = Number(process.env.LOOMCYCLE_BENCH_ROUNDS ?? 3);
const CONNECTIONS = 64;
const SUBSCRIBERS = 100;
const CHUNKS = 256;
const GOAL = { perSecond: 8000, ratio: 0.2 };

install();
build();
if (spawnSync('wrk', ['-v']).error) {
  say('wrk is missing: install it (Debian: apt-get install wrk)');
  process.exit(1);
}
const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-bench-'));
const server = await startServer(home);
const rounds = [];
try {
  const chunks = await prepare();
  const subscribers = await startSubscribers();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = await subscribers.totals();
    const load = wrk(chunks);
    const after = await subscribers.totals();
    await refresh(chunks);
    const bare = JSON.parse(script('bench/bare.mjs', [path.join(home, `bare-${round}.db`), SECONDS]));
    const result = { ...load, bare: bare.perSecond, ratio: load.perSecond / bare.perSecond, delivered: after.events - before.events, gaps: after.gaps, megabytes: ((after.bytes - before.bytes) / (SUBSCRIBERS - 1) / 1e6).toFixed(1), batch: ((after.events - before.events) / (after.frames - before.frames)).toFixed(1) };
    rounds.push(result);
    console.log(
      `round ${round}: ${result.perSecond}/s acknowledged (p50 ${load.p50} ms, p99 ${load.p99} ms, ${load.errors} errors), ` +
        `${SUBSCRIBERS} subscribers: the one that reads got ${result.delivered} events (${result.gaps} gaps, ${result.batch} a commit), ` +
        `the others ${result.megabytes} MB each; ` +
        `bare SQLite ${result.bare}/s; ratio ${result.ratio.toFixed(3)}`,
    );
  }
  subscribers.stop();
  summary();
  await imports();
  await besideHostileSql(chunks);
} finally {
  await server.stop();
  rmSync(home, { recursive: true });
}

function summary() {
  const range = (pick, digits) => [Math.min, Math.max].map((f) => f(...rounds.map(pick)).toFixed(digits)).join(' to ');
  console.log(`acknowledged update_chunk/s, ${CONNECTIONS} connections, ${SUBSCRIBERS} subscribers: ${range((r) => r.perSecond, 0)} (goal ${GOAL.perSecond})`);
  console.log(`bare better-sqlite3/s, groups of 64, one thread: ${range((r) => r.bare, 0)}`);
  console.log(`ratio: ${range((r) => r.ratio, 3)} (goal ${GOAL.ratio})`);
}

/** Imports a megabyte of real change logs, by HTTP and into the file. */
async function imports() {
  const modules = path.join(ROOT, 'node_modules');
  const logs = readdirSync(modules).map((name) => path.join(modules, name, 'CHANGELOG.md')).filter((file) => existsSync(file));
  let markdown = '';
  while (markdown.length < 1e6) for (const file of logs) markdown += readFileSync(file, 'utf8');
  markdown = markdown.slice(0, 1e6);
  const times = [];
  let created = 0;
  for (let round = 0; round < 5; round += 1) {
    const begun = performance.now();
    ({ chunks_created: created } = await document({ op: 'import_md', markdown }));
    times.push(performance.now() - begun);
  }
  const [least, most] = [Math.min(...times), Math.max(...times)].map((ms) => ms.toFixed(0));
  console.log(`import of ${(markdown.length / 1e6).toFixed(2)} MB of Markdown, ${created} chunks: ${least} to ${most} ms (goal 1000)`);
}

/** Latency of writes alone and beside hostile SQL, in turns. */
async function besideHostileSql(chunks) {
  const p99 = { alone: [], beside: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    await refresh(chunks);
    p99.alone.push(Number(wrk(chunks, 8).p99));
    const child = spawn(process.execPath, [path.join(ROOT, 'bench/hostile.mjs'), server.url, TOKEN], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await lines.next();
    await refresh(chunks);
    p99.beside.push(Number(wrk(chunks, 8).p99));
    child.stdin.end();
    await once(child, 'exit');
  }
  const range = (times) => `${Math.min(...times)} to ${Math.max(...times)} ms`;
  const ratio = p99.beside.map((ms, round) => ms / p99.alone[round]);
  console.log(
    `p99 of update_chunk, 8 connections: alone ${range(p99.alone)}, beside hostile SQL ${range(p99.beside)}; ` +
      `ratio ${Math.min(...ratio).toFixed(2)} to ${Math.max(...ratio).toFixed(2)} (goal 2)`,
  );
}

async function document(input) {
  const response = await fetch(`${server.url}/v1/_document`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

async function prepare() {
  const { document_id } = await document({ op: 'create_document', title: 'Bench' });
  const file = path.join(home, 'chunks');
  for (let n = 0; n < CHUNKS; n += 1) await document({ op: 'create_chunk', document_id, title: `chunk ${n}`, body: 'x'.repeat(800) });
  const chunks = { file, document_id };
  await refresh(chunks);
  return chunks;
}

/** Writes down the revision of every chunk: wrk ends in the middle of things. */
async function refresh({ file, document_id }) {
  const { chunks } = await document({ op: 'query_chunks', document_id, limit: 1000 });
  writeFileSync(file, `${chunks.filter((chunk) => chunk.parent_id).map(({ id, revision }) => `${id} ${revision}`).join('\n')}\n`);
}

async function startSubscribers() {
  const child = spawn(process.execPath, [path.join(ROOT, 'bench/subscribers.mjs'), server.url, TOKEN, String(SUBSCRIBERS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async totals() {
      child.stdin.write('?\n');
      return JSON.parse((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

function wrk({ file }, connections = CONNECTIONS) {
  const { stdout, stderr } = spawnSync(
    'wrk',
    ['-t1', `-c${connections}`, `-d${SECONDS}s`, '-s', path.join(ROOT, 'bench/update.lua'), server.url],
    { env: { ...process.env, LOOMCYCLE_BENCH_CHUNKS: file, LOOMCYCLE_BENCH_TOKEN: TOKEN }, encoding: 'utf8' },
  );
  const [, acked, errors, seconds, p50, p99] = /RESULT acked=(\d+) errors=(\d+) seconds=(\S+) p50_ms=(\S+) p99_ms=(\S+)/.exec(stdout) ?? [];
  if (acked === undefined) throw new Error(`wrk: ${stdout}${stderr}`);
  return { perSecond: Math.round((Number(acked) - Number(errors)) / Number(seconds)), errors: Number(errors), p50, p99 };
}

function script(file, args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [path.join(ROOT, file), ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  return stdout;
}
