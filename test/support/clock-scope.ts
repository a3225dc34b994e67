import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromRefusalWire, type RefusalWire } from '../../src/errors.js';
import { scopeExecutor } from '../../src/operations/executor.js';
import { ScopeHost } from '../../src/scope/host.js';
import type { Author, CommitFrame, ScopeCall } from '../../src/scope/messages.js';
import { scopeFile } from '../../src/scope/scope.js';
import { DEFAULT_SETTINGS, type ScopeSettings } from '../../src/scope/settings.js';

const KEY = 'default/user/denn';
const AUTHOR: Author = { actor: 'denn', agent: null, transport: 'http' };

export interface TestEvent {
  topic: string;
  payload: Record<string, unknown>;
}

/** A scope in this process, with a clock that the test sets; its alarms ring when the test says so. */
export class ClockScope {
  /** Unix milliseconds. */
  now = Date.parse('2026-06-01T00:00:00Z');
  author = AUTHOR;
  readonly events: TestEvent[] = [];
  private readonly dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-scope-'));
  private readonly host: ScopeHost;

  constructor(settings: ScopeSettings = DEFAULT_SETTINGS) {
    this.host = new ScopeHost({ dataDir: this.dataDir, synchronous: 'OFF', idleMs: 1e12, settings, executor: scopeExecutor, onAlarm: () => undefined });
  }

  /** Its file, for a connection of the test. */
  get file(): string {
    return scopeFile(this.dataDir, KEY);
  }

  /** Calls a document op. @throws Refusal */
  async document<Body = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Body> {
    return this.call<Body>('document', op, input);
  }

  /** Calls several document ops in one batch. @returns for each whether it was done. */
  async documents(ops: readonly (readonly [string, Record<string, unknown>])[]): Promise<boolean[]> {
    const calls = ops.map(([op, input], index) => this.callOf('document', op, input, index));
    const { replies } = await this.host.drain(calls, this.now);
    return calls.map(({ id }) => replies.find((reply) => reply.id === id)!.ok);
  }

  /** Runs what is due, batch after batch, until nothing is. @returns how many batches that took. */
  async ring(): Promise<number> {
    for (let batches = 0; ; batches += 1) {
      this.now += 100;
      const { fired } = await this.call<{ fired: string[] }>('_alarm', 'fire', {});
      if (fired.length === 0) return batches;
    }
  }

  close(): void {
    this.host.close();
    rmSync(this.dataDir, { recursive: true });
  }

  /** Calls an op of any tool. @throws Refusal */
  async call<Body = Record<string, unknown>>(tool: string, op: string, input: Record<string, unknown>): Promise<Body> {
    const { replies, frames } = await this.host.drain([this.callOf(tool, op, input, 1)], this.now);
    this.events.push(...frames.flatMap(eventsOf));
    const { ok, json } = replies.find((reply) => reply.id === 1)!;
    if (!ok) throw fromRefusalWire(JSON.parse(json) as RefusalWire);
    return JSON.parse(json) as Body;
  }

  private callOf(tool: string, op: string, input: Record<string, unknown>, id: number): ScopeCall {
    return { id, key: KEY, tool, op, input: JSON.stringify({ op, ...input }), author: this.author, cursor: null };
  }
}

function eventsOf(frame: CommitFrame): TestEvent[] {
  return JSON.parse(`[${frame.json}]`) as TestEvent[];
}
