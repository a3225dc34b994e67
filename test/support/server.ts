import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const TOKEN = 'test-token-of-denn-0123456789';

export interface ServerOptions {
  /** Merged into the configuration that declares the principal `denn`. */
  config?: Record<string, unknown>;
  dataDir?: string;
  env?: Record<string, string>;
  /** Configuration files instead of `config`. */
  configFiles?: string[];
  /** Script that is run instead of the command line, and takes the same arguments. */
  entry?: string;
}

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body;
}

/** A refusal as HTTP shows it. */
export interface RefusalBody {
  code: string;
  error: string;
  tool: string;
  reason: string;
  data: Record<string, unknown>;
}

/** A real runtime in a process of its own, on a free port and a data directory of its own. */
export class TestServer {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    readonly dataDir: string,
    private readonly output: string[],
    private readonly owned: string[],
  ) {}

  static async start({ config = {}, dataDir, env = {}, configFiles, entry = 'dist/src/cli/main.js' }: ServerOptions = {}): Promise<TestServer> {
    const home = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
    const own = path.join(home, 'config.yaml');
    writeFileSync(own, stringify({ principals: { denn: DENN }, ...config }));
    const data = dataDir ?? path.join(home, 'data');
    const args = (configFiles ?? [own]).flatMap((file) => ['--config', file]);
    const child = spawn(process.execPath, [path.join(ROOT, entry), ...args], {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        LOOMCYCLE_DATA_DIR: data,
        LOOMCYCLE_LISTEN_ADDR: '127.0.0.1:0',
        LOOMCYCLE_TOKEN_DENN: TOKEN,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    child.stderr!.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const url = await announcedUrl(child, output);
    return new TestServer(child, url, data, output, [home]);
  }

  get log(): string {
    return this.output.join('');
  }

  /** Calls a document op as `denn`. */
  async call<Body = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}, token = TOKEN): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}/v1/_document`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ op, ...input }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** Calls a document op that must succeed. */
  async document<Body = Record<string, unknown>>(op: string, input: Record<string, unknown> = {}): Promise<Body> {
    const { status, body } = await this.call<Body>(op, input);
    if (status !== 200) throw new Error(`${op}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async get<Body = Record<string, unknown>>(route: string): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}${route}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** Ends the process as a crash would. */
  async kill(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  /** Stops it in order and removes its files. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exited;
    }
    for (const folder of this.owned) rmSync(folder, { recursive: true, force: true });
  }
}

const DENN = { tenant: '', subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' };

function announcedUrl(child: ChildProcess, output: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [, url] = /console\s+(http:\S+)\/ui/.exec(text) ?? [];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the runtime ended with ${code}\n${text}${output.join('')}`)));
  });
}
