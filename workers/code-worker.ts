import { parentPort, workerData } from 'node:worker_threads';
import type { CodeAnswer, CodeCall, CodeInput, CodeSaid, CodeStart } from '../src/run-engine/code/messages.js';
import { makeSameWorld } from '../src/run-engine/code/same-world.js';

// The thread of one code agent: it has nothing of the runtime but the port to the run that it belongs to.

interface Waiting {
  readonly call: CodeCall;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Tools = Readonly<Record<string, (input?: Record<string, unknown>) => Promise<unknown>>>;
type Main = (input: CodeInput, tools: Tools) => unknown;

const { module, input, tools: names, seed, now } = workerData as CodeStart;
const port = parentPort!;
const later = setImmediate;
/** Calls that were made since the last answers, and those that wait for theirs. */
let made: Waiting[] = [];
let asked: Waiting[] = [];
const open = new Set<Promise<unknown>>();

/** A call that did not do what it should. */
class ToolError extends Error {
  constructor(
    message: string,
    readonly reason: string,
    readonly data: Record<string, unknown> | undefined,
  ) {
    super(message);
    this.name = 'ToolError';
  }
}

function say(said: CodeSaid): void {
  port.postMessage(said);
}

/** All calls that the code makes before it can go on no further are asked together, so that it is the same each time. */
function ask(): void {
  if (asked.length > 0 || made.length === 0) return;
  asked = made;
  made = [];
  say({ type: 'calls', calls: asked.map(({ call }) => call) });
}

function toolOf(name: string): Tools[string] {
  return (given = {}) => {
    const result = new Promise((resolve, reject) => {
      if (made.length === 0) later(ask);
      // As it is kept: a repeat is compared with that.
      made.push({ call: { name, input: JSON.parse(JSON.stringify(given)) as CodeCall['input'] }, resolve, reject });
    });
    const settled = result.catch(() => undefined).finally(() => open.delete(settled));
    open.add(settled);
    return result;
  };
}

port.on('message', (answers: CodeAnswer[]) => {
  const answered = asked;
  asked = [];
  answered.forEach(({ resolve, reject }, at) => {
    const answer = answers[at]!;
    if (answer.ok) resolve(answer.value);
    else reject(new ToolError(answer.refusal.error, answer.refusal.reason, answer.refusal.data));
  });
  later(ask);
});

const tools: Tools = new Proxy(Object.fromEntries(names.map((name) => [name, toolOf(name)])), {
  get(all, name) {
    if (typeof name === 'string' && !Object.hasOwn(all, name) && name !== 'then') throw new TypeError(`the agent has no tool ${name}; it has ${names.join(', ') || 'none'}`);
    return Reflect.get(all, name) as unknown;
  },
});

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(): Promise<CodeSaid> {
  let run: Main;
  try {
    const loaded = (await import(module)) as { default?: unknown };
    if (typeof loaded.default !== 'function') return { type: 'failed', kind: 'load', error: 'its default export is no function' };
    run = loaded.default as Main;
  } catch (error) {
    return { type: 'failed', kind: 'load', error: textOf(error) };
  }
  try {
    const result = (await run(input, tools)) as { final_text?: unknown } | undefined;
    while (open.size > 0) await Promise.all(open);
    const text = result?.final_text;
    if (typeof text === 'string') return { type: 'done', final_text: text };
    return { type: 'failed', kind: 'code_agent_threw', error: 'it returned no object with final_text, a string' };
  } catch (error) {
    return { type: 'failed', kind: 'code_agent_threw', error: textOf(error) };
  }
}

makeSameWorld(seed, now);
say(await main());
