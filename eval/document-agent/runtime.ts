import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { builtFile } from '../../src/package.js';

/** A user of the runtime: the only one of a tenant, so that nobody else's documents are there. */
export interface User {
  readonly name: string;
  /** Calls an op that must succeed. */
  call<Result = Record<string, unknown>>(tool: string, op: string, input?: Record<string, unknown>): Promise<Result>;
}

/** The runtime as it ships, in a process of its own, with the bundle of the agent and data of its own. */
export class EvaluatedRuntime {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
    private readonly home: string,
  ) {}

  /** @param modelUrl where the model of the agent answers */
  static async start(users: readonly string[], modelUrl: string): Promise<EvaluatedRuntime> {
    const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-eval-'));
    const file = path.join(home, 'loomcycle.yaml');
    const principals = users.map((name) => [name, { tenant: name, subject: name, scopes: ['substrate:tenant', 'documents:tenant'], token_env: variable(name) }]);
    writeFileSync(file, stringify({ principals: Object.fromEntries(principals), providers: { scripted: { kind: 'openai-compatible', base_url: modelUrl } }, defaults: { provider: 'scripted', model: 'script' } }));
    const env = { PATH: process.env.PATH, LOOMCYCLE_DATA_DIR: path.join(home, 'data'), LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0', ...Object.fromEntries(users.map((name) => [variable(name), tokenOf(name)])) };
    const child = spawn(process.execPath, [builtFile('src/cli/main.js'), '--bundle', 'document-agent', '--config', file], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      return new EvaluatedRuntime(child, await announced(child), home);
    } catch (error) {
      rmSync(home, { recursive: true, force: true });
      throw error;
    }
  }

  user(name: string): User {
    return {
      name,
      call: async <Result>(tool: string, op: string, input: Record<string, unknown> = {}) => {
        const response = await fetch(`${this.url}/v1/_${tool}`, { method: 'POST', headers: { authorization: `Bearer ${tokenOf(name)}`, 'content-type': 'application/json' }, body: JSON.stringify({ op, ...input }) });
        if (!response.ok) throw new Error(`${tool} ${op}: ${response.status} ${await response.text()}`);
        return (await response.json()) as Result;
      },
    };
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
    rmSync(this.home, { recursive: true, force: true });
  }
}

function variable(user: string): string {
  return `LOOMCYCLE_TOKEN_${user.toUpperCase().replaceAll('-', '_')}`;
}

function tokenOf(user: string): string {
  return `token-of-${user}-0123456789`;
}

function announced(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdout!.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const [, url] = /console\s+(http:\S+)\/ui/.exec(out) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the runtime ended with ${code}: is it built?\n${err}`)));
  });
}
