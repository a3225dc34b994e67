import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConsumerReport } from '../../src/channels/consumers.js';
import { toDefinition, type Declaration } from '../../src/channels/declaration.js';
import type { ChannelDefinition } from '../../src/channels/definition.js';
import type { Page } from '../../src/channels/messages.js';
import type { Published } from '../../src/channels/publish.js';
import type { Claim } from '../../src/channels/queue.js';
import { fromRefusalWire, type RefusalWire } from '../../src/errors.js';
import { scopeExecutor } from '../../src/operations/executor.js';
import { ScopeHost } from '../../src/scope/host.js';
import type { Author, CommitFrame, ScopeCall } from '../../src/scope/messages.js';
import { DEFAULT_SETTINGS, type ScopeSettings } from '../../src/scope/settings.js';

export const KEY = 'default/user/denn';

/** The definition of a channel of scope user. */
export function declared(name: string, declaration: Partial<Declaration> = {}): ChannelDefinition {
  return toDefinition(name, { scope: 'user', ...declaration } as Declaration, 'yaml');
}

/** A scope with channels in a real file, and a clock that only the test moves. */
export class ChannelScope {
  /** Unix milliseconds. */
  now = Date.now();
  author: Author = { actor: 'denn', agent: null, transport: 'http' };
  readonly frames: CommitFrame[] = [];
  private readonly dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-channels-'));
  private readonly settings: ScopeSettings;
  private host: ScopeHost;

  constructor(settings: Partial<ScopeSettings> = {}) {
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.host = this.open();
  }

  get file(): string {
    return path.join(this.dataDir, 'sqlmem', `${KEY}.db`);
  }

  /** Runs an internal op as the main thread would. Rejects with its Refusal. */
  async run<Result>(tool: string, op: string, input: Record<string, unknown>, given?: readonly ChannelDefinition[]): Promise<Result> {
    const names = given ? { channels: given.map(({ name }) => name) } : {};
    const { author } = this;
    const call: ScopeCall = { id: 1, key: KEY, tool, op, input: JSON.stringify({ op, ...names, ...input }), author, cursor: null, given };
    const { replies, frames } = await this.host.drain([call], this.now);
    this.frames.push(...frames);
    // What was due when the file was opened is answered, too, to nobody.
    const { ok, json } = replies.find(({ id }) => id === call.id)!;
    if (!ok) throw fromRefusalWire(JSON.parse(json) as RefusalWire);
    return JSON.parse(json) as Result;
  }

  async publish(channel: ChannelDefinition, value: unknown, more: Record<string, unknown> = {}): Promise<Published> {
    return (await this.run<Published[]>('_channel', 'publish', { value, ...more }, [channel]))[0]!;
  }

  claim(channel: ChannelDefinition, consumer = 'default', limit = 100): Promise<Claim> {
    return this.run('_channel', 'claim', { consumer, limit, auto_ack: false }, [channel]);
  }

  take(channel: ChannelDefinition, consumer = 'default', limit = 100): Promise<Page> {
    return this.run('_channel', 'take', { consumer, limit, auto_ack: false }, [channel]);
  }

  peek(channel: ChannelDefinition, after = 0): Promise<Page> {
    return this.run('_channel', 'read', { after, limit: 100_000 }, [channel]);
  }

  ack(channel: ChannelDefinition, input: Record<string, unknown>): Promise<{ acked?: number }> {
    return this.run('_channel', 'ack', { consumer: 'default', ...input }, [channel]);
  }

  consumers(channel: ChannelDefinition): Promise<ConsumerReport[]> {
    return this.run('_channel', 'consumers', {}, [channel]);
  }

  /** Does what is due, a slice at a time, until nothing is. @returns how many times it rang. */
  async ring(): Promise<number> {
    for (let rings = 0; ; rings += 1) {
      const { fired } = await this.run<{ fired: string[] }>('_alarm', 'fire', {});
      if (fired.length === 0) return rings;
    }
  }

  reopen(): void {
    this.host.close();
    this.host = this.open();
  }

  close(): void {
    this.host.close();
    rmSync(this.dataDir, { recursive: true });
  }

  private open(): ScopeHost {
    const onAlarm = (): void => undefined;
    return new ScopeHost({ dataDir: this.dataDir, synchronous: 'OFF', settings: this.settings, idleMs: 1e9, executor: scopeExecutor, onAlarm });
  }
}
