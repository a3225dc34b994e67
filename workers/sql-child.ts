import { Worker } from 'node:worker_threads';
import { toRefusalWire } from '../src/errors.js';
import { querySql } from '../src/sql/query.js';
import type { SandboxAnswer, SandboxRequest } from '../src/sql/sandbox.js';

// A statement blocks this thread, so that it would never hear that its parent is gone: another one does.
const ORPHAN_WATCH = `
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);
`;
new Worker(ORPHAN_WATCH, { eval: true }).unref();

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
