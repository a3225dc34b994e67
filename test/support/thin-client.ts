import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT, TOKEN } from './server.js';

export interface Rpc {
  jsonrpc: '2.0';
  id?: string | number | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: Record<string, unknown> };
}

export const MAIN = path.join(ROOT, 'dist/src/cli/main.js');

export const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};

/** `loomcycle mcp` in a process of its own; what it writes is kept until somebody takes it. */
export class McpProcess {
  private readonly frames: Rpc[] = [];
  private readonly output: string[] = [];
  private readonly changes = new EventEmitter();
  private closed = false;

  private constructor(readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.frames.push(JSON.parse(line) as Rpc);
      this.changes.emit('change');
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      this.output.push(chunk.toString());
      this.changes.emit('change');
    });
    // Not at its exit: what it said before that may come later.
    child.once('close', () => {
      this.closed = true;
      this.changes.emit('change');
    });
  }

  static start(args: string[], env: Record<string, string> = {}): McpProcess {
    const child = spawn(process.execPath, [MAIN, 'mcp', ...args], {
      env: { PATH: process.env.PATH, LOOMCYCLE_MCP_UPSTREAM_TOKEN: TOKEN, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return new McpProcess(child);
  }

  get log(): string {
    return this.output.join('');
  }

  send(message: Record<string, unknown>): void {
    this.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  /** Waits for a message and takes it. */
  async take(which: (frame: Rpc) => boolean): Promise<Rpc> {
    for (;;) {
      const index = this.frames.findIndex(which);
      if (index >= 0) return this.frames.splice(index, 1)[0]!;
      await this.change();
    }
  }

  /** Waits for a line of the log. */
  async logged(text: RegExp): Promise<void> {
    while (!text.test(this.log)) await this.change();
  }

  request(id: string | number, method: string, params: Record<string, unknown> = {}): Promise<Rpc> {
    this.send({ id, method, params });
    return this.take((frame) => frame.id === id && frame.method === undefined);
  }

  async initialize(params: Record<string, unknown> = INITIALIZE): Promise<Rpc> {
    const answer = await this.request('init', 'initialize', params);
    this.send({ method: 'notifications/initialized' });
    return answer;
  }

  /** Calls an op of the tool `document` that must succeed. */
  async document<Result = Record<string, unknown>>(id: string | number, op: string, input: Record<string, unknown> = {}): Promise<Result> {
    const { result, error } = await this.request(id, 'tools/call', { name: 'document', arguments: { op, ...input } });
    if (error || result!.isError) throw new Error(JSON.stringify(error ?? result));
    return result!.structuredContent as Result;
  }

  /** Ends the input. @returns the exit code. */
  async finish(): Promise<number> {
    this.child.stdin!.end();
    return this.exited();
  }

  async exited(): Promise<number> {
    if (!this.closed) await once(this.child, 'close');
    return this.child.exitCode ?? -1;
  }

  private async change(): Promise<void> {
    if (this.closed) throw new Error(`the process ended with ${this.child.exitCode}\n${this.log}`);
    await once(this.changes, 'change');
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
