import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RefusalWire } from '../../src/errors.js';
import { scopeExecutor } from '../../src/operations/executor.js';
import { ScopeHost } from '../../src/scope/host.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import type { ScopeCall } from '../../src/scope/messages.js';

export type LocalAnswer<Body> = { ok: true; body: Body } | { ok: false; refusal: RefusalWire };

/** One scope with its real file in this process, for properties that take thousands of calls. */
export class LocalScope {
  private readonly home = mkdtempSync(path.join(tmpdir(), 'loomcycle-scope-'));
  private readonly host = new ScopeHost({
    dataDir: this.home,
    synchronous: 'OFF',
    settings: DEFAULT_SETTINGS,
    idleMs: 1e9,
    executor: scopeExecutor,
    onAlarm: () => undefined,
  });
  private calls = 0;

  get file(): string {
    return path.join(this.home, 'sqlmem/default/user/denn.db');
  }

  /** Calls document ops, all of them in one batch. */
  async batch<Body = Record<string, unknown>>(inputs: readonly ({ op: string } & Record<string, unknown>)[]): Promise<LocalAnswer<Body>[]> {
    const calls = inputs.map((input): ScopeCall => {
      const author = { actor: 'denn', agent: null, transport: 'http' } as const;
      return { id: ++this.calls, key: 'default/user/denn', tool: 'document', op: input.op, input: JSON.stringify(input), author, cursor: null };
    });
    const { replies } = await this.host.drain(calls, Date.now());
    return calls.map(({ id }) => {
      const { ok, json } = replies.find((reply) => reply.id === id)!;
      return ok ? { ok, body: JSON.parse(json) as Body } : { ok, refusal: JSON.parse(json) as RefusalWire };
    });
  }

  async call<Body = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<LocalAnswer<Body>> {
    return (await this.batch<Body>([{ op, ...input }]))[0]!;
  }

  /** Calls an op that must succeed. */
  async document<Body = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Body> {
    const answer = await this.call<Body>(op, input);
    if (!answer.ok) throw new Error(`${op}: ${JSON.stringify(answer.refusal)}`);
    return answer.body;
  }

  close(): void {
    this.host.close();
    rmSync(this.home, { recursive: true });
  }
}
