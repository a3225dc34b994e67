import { Worker } from 'node:worker_threads';
import { toRefusalWire } from '../src/errors.js';
import { querySql } from '../src/sql/query.js';
import { OUT_OF_MEMORY, type SandboxAnswer, type SandboxRequest } from '../src/sql/sandbox.js';

// A statement blocks this thread, so that it would never hear that its parent is gone, or see how much
// memory it takes: another one does.
const WATCH = `
  const { workerData: { memory, signal } } = require('node:worker_threads');
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);
  setInterval(() => { if (process.memoryUsage.rss() > memory) process.kill(process.pid, signal); }, 20);
`;
new Worker(WATCH, { eval: true, workerData: { memory: Number(process.argv[2]), signal: OUT_OF_MEMORY } }).unref();

process.on('disconnect', () => process.exit(0));
process.on('message', ({ file, sql, args, limits }: SandboxRequest) => {
  process.send!(answer(() => querySql(file, sql, args, limits)));
});

function answer(work: () => ReturnType<typeof querySql>): SandboxAnswer {
  try {
    return { ok: true, result: work() };
  } catch (error) {
    return { ok: false, refusal: toRefusalWire(error) };
  }
}
