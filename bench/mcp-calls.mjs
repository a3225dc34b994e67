// `node bench/mcp-calls.mjs [seconds]`: reading a chunk by MCP against reading it by the plain HTTP route, 32 connections,
// in turns; then how long after a write `resources/updated` comes. Build first. Starts a server of its own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServer, TOKEN } from './server.mjs';

const SECONDS = Number(process.argv[2] ?? 5);
const ROUNDS = 3;
const CONNECTIONS = 32;
const WRITES = 200;
const GOAL = { perSecond: 8000, ratio: 0.6, updatedMs: 50 };
const PARAMS = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
const HEADERS = { authorization: `Bearer ${TOKEN}`, accept: 'application/json, text/event-stream', 'content-type': 'application/json' };

const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-bench-'));
const unlimited = { per_second: 1_000_000, burst: 1_000_000 };
const { url, pid, stop } = await startServer(home, { rate_limits: { principal: unlimited, address: unlimited } });
try {
  const { document_id, id } = await prepare(url);
  const session = await openSession(url);
  const calls = Number(SECONDS) * 1000;
  const byHttp = { path: '/v1/_document', body: JSON.stringify({ op: 'get_chunk', id }), headers: '' };
  const params = { name: 'document', arguments: { op: 'get_chunk', id } };
  const byMcp = { path: '/v1/_mcp', body: undefined, headers: `mcp-session-id: ${session}\r\nmcp-protocol-version: 2025-11-25\r\n`, params };
  await load(url, byHttp, 1000);
  await load(url, byMcp, 1000);
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const http = await load(url, byHttp, calls);
    const mcp = await load(url, byMcp, calls);
    const ratio = mcp.perSecond / http.perSecond;
    rounds.push({ http, mcp, ratio });
    console.log(`round ${round}: HTTP ${http.perSecond.toFixed(0)}/s at ${http.cpu.toFixed(0)} µs of CPU a call, MCP ${mcp.perSecond.toFixed(0)}/s at ${mcp.cpu.toFixed(0)} µs, ratio ${ratio.toFixed(2)}`);
  }
  report('HTTP POST /v1/_document get_chunk', rounds.map(({ http }) => http.perSecond), '/s');
  report('MCP tools/call document get_chunk', rounds.map(({ mcp }) => mcp.perSecond), '/s', `goal ${GOAL.perSecond}`);
  report('ratio', rounds.map(({ ratio }) => ratio), '', `goal ${GOAL.ratio}`, 2);
  // Where other processes take the cores from one round and not from the next, this still compares.
  report('ratio of the CPU time of the server', rounds.map(({ http, mcp }) => http.cpu / mcp.cpu), '', '', 2);
  const { answered, told } = await watch(url, session, document_id, id);
  report(`a write, from its sending to its answer, ${WRITES} times`, answered, ' ms', '', 1);
  report('from sending the write, thus longer than from its commit, to resources/updated', told, ' ms', `goal ${GOAL.updatedMs}`, 1);
} finally {
  await stop();
  rmSync(home, { recursive: true });
}

async function post(url, route, body, more = {}) {
  const response = await fetch(url + route, { method: 'POST', headers: { ...HEADERS, ...more }, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${route}: ${response.status} ${text}`);
  return { headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

async function prepare(url) {
  const { document_id } = (await post(url, '/v1/_document', { op: 'create_document', title: 'Bench' })).body;
  const chunk = { op: 'create_chunk', document_id, title: 'A chunk', body: 'word '.repeat(160), status: 'open' };
  return { document_id, id: (await post(url, '/v1/_document', chunk)).body.id };
}

async function openSession(url) {
  const { headers } = await post(url, '/v1/_mcp', { jsonrpc: '2.0', id: 0, method: 'initialize', params: PARAMS });
  const session = headers.get('mcp-session-id');
  await post(url, '/v1/_mcp', { jsonrpc: '2.0', method: 'notifications/initialized' }, { 'mcp-session-id': session });
  return session;
}

/** Requests per second, each connection sending its next when it has its answer; microseconds of CPU that the server took for each. */
async function load(url, target, milliseconds) {
  const { hostname, port } = new URL(url);
  const begun = performance.now();
  const cpuBegun = cpuTime();
  const until = begun + milliseconds;
  const counts = await Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => requests({ hostname, port, until, number, ...target })));
  const done = counts.reduce((sum, count) => sum + count, 0);
  return { perSecond: (done * 1000) / (performance.now() - begun), cpu: (cpuTime() - cpuBegun) / done };
}

/** Microseconds of all threads of the server so far, of which the kernel counts hundredths of a second. */
function cpuTime() {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function requests({ hostname, port, until, number, path: route, headers, body, params }) {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const common = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const head = `POST ${route} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${common}${headers}`;
    let count = 0;
    let held = '';
    const send = () => {
      const text = body ?? JSON.stringify({ jsonrpc: '2.0', id: number * 1e7 + count, method: 'tools/call', params });
      socket.write(`${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    };
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (part) => {
      held += part;
      const end = held.indexOf('\r\n\r\n');
      const [, length] = end < 0 ? [] : (/content-length: (\d+)/i.exec(held) ?? []);
      if (length === undefined || held.length < end + 4 + Number(length)) return;
      if (!held.startsWith('HTTP/1.1 200') || held.includes('"isError":true')) return reject(new Error(held.slice(0, 300)));
      held = '';
      count += 1;
      if (performance.now() < until) return send();
      socket.end();
      resolve(count);
    });
  });
}

/** Milliseconds of each write until its answer and until the session is told of it. */
async function watch(url, session, document_id, id) {
  const more = { 'mcp-session-id': session };
  const uri = `loomcycle://user/documents/${document_id}`;
  const stream = await fetch(`${url}/v1/_mcp`, { headers: { ...HEADERS, ...more } });
  await post(url, '/v1/_mcp', { jsonrpc: '2.0', id: 'watch', method: 'resources/subscribe', params: { uri } }, more);
  const heard = listen(stream.body);
  const answered = [];
  const told = [];
  for (let revision = 1; revision <= WRITES; revision += 1) {
    const begun = performance.now();
    const answer = post(url, '/v1/_document', { op: 'update_chunk', id, revision, body: `revision ${revision}` }).then(() => answered.push(performance.now() - begun));
    await heard.next();
    told.push(performance.now() - begun);
    await answer;
  }
  await stream.body.cancel().catch(() => undefined);
  return { answered, told };
}

/** Resolves for each update that the stream tells of. */
function listen(body) {
  return (async function* updates() {
    let held = '';
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      held += part;
      const events = held.split('\n\n');
      held = events.pop();
      for (const event of events) if (event.includes('notifications/resources/updated')) yield event;
    }
  })();
}

function report(what, values, unit, goal = '', digits = 0) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(digits);
  console.log(`${what}: min ${at(0)}, median ${at(0.5)}, max ${at(1)}${unit}${goal && ` (${goal})`}`);
}
