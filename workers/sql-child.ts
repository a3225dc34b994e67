import { Worker } from 'node:worker_threads';
import { toRefusalWire } from '../src/errors.js';
import { OUT_OF_MEMORY, READY, type SandboxAnswer, type SandboxRequest } from '../src/sql/child.js';
import { MemorySession } from '../src/sql/memory/session.js';
import { querySql } from '../src/sql/query.js';

// A statement blocks this thread, so that it would never hear that its parent is gone, or see how much
// memory it takes: another one does.
const WATCH = `
  const { workerData: { memory, signal } } = require('node:worker_threads');
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);
  setInterval(() => { if (process.memoryUsage.rss() > memory) process.kill(process.pid, signal); }, 20);
`;
new Worker(WATCH, { eval: true, workerData: { memory: Number(process.argv[2]), signal: OUT_OF_MEMORY } }).unref();

const memory = new MemorySession();

process.on('disconnect', () => process.exit(0));
process.on('message', (request: SandboxRequest) => {
  process.send!(answer(request));
});

process.send!(READY);

function answer(request: SandboxRequest): SandboxAnswer {
  try {
    const result =
      request.type === 'memory' ? memory.run(request) : querySql(request.file, request.sql, request.args, request.limits);
    return { ok: true, result, depth: memory.depth };
  } catch (error) {
    return { ok: false, refusal: toRefusalWire(error), depth: memory.depth };
  }
}
