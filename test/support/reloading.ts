import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { ReloadReport } from '../../src/reload/report.js';
import { ConfigFiles } from './config-files.js';
import { TestServer, TOKEN, type Answer } from './server.js';

export const ADMIN = { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' };

/** A principal of a test, with its variable. */
export function person(name: string, scopes: string[] = ['substrate:tenant'], more: Record<string, unknown> = {}): Record<string, unknown> {
  return { subject: name, scopes, token_env: variableOf(name), ...more };
}

export function tokenOf(name: string, version = 1): string {
  return `test-token-${version}-of-${name}-0123456789`;
}

function variableOf(name: string): string {
  return `LOOMCYCLE_TOKEN_${name.toUpperCase()}`;
}

/** A server whose configuration file and `auth.env` are written anew while it runs. */
export class Reloading {
  readonly files = new ConfigFiles();
  server!: TestServer;

  static async start(config: Record<string, unknown> = {}, secrets: Record<string, string> = {}): Promise<Reloading> {
    const reloading = new Reloading();
    const file = reloading.write(config, secrets);
    reloading.server = await TestServer.start({ configFiles: [file], dataDir: path.join(reloading.files.home, 'data') });
    return reloading;
  }

  /** @param secrets by name of the principal. @returns the configuration file. */
  write(config: Record<string, unknown>, secrets: Record<string, string> = {}): string {
    const lines = Object.entries(secrets).map(([name, secret]) => `${variableOf(name)}=${secret}\n`);
    this.files.write('data/auth.env', lines.join(''));
    return this.files.write('loomcycle.yaml', stringify({ principals: { denn: ADMIN }, ...config }));
  }

  get authEnv(): string {
    return readFileSync(path.join(this.files.home, 'data/auth.env'), 'utf8');
  }

  async post<Body = ReloadReport>(token = TOKEN, body = '{}'): Promise<Answer<Body>> {
    const response = await fetch(`${this.server.url}/v1/_reload`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body });
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** Writes and reloads, which must succeed. */
  async apply(config: Record<string, unknown>, secrets: Record<string, string> = {}): Promise<ReloadReport> {
    this.write(config, secrets);
    const { status, body } = await this.post();
    if (status !== 200) throw new Error(`reload: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Who a bearer is: the status of `/v1/_me`. */
  async me(token: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }): Promise<number> {
    const response = await fetch(`${this.server.url}/v1/_me`, { headers });
    await response.body?.cancel();
    return response.status;
  }

  /** @returns headers of a console session. */
  async logIn(token: string): Promise<Record<string, string>> {
    const { url } = this.server;
    const response = await fetch(`${url}/ui/login`, { method: 'POST', headers: { origin: url }, body: JSON.stringify({ token }) });
    if (response.status !== 204) throw new Error(`login: ${response.status}`);
    return { cookie: response.headers.get('set-cookie')!.split(';')[0]!, origin: url };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    this.files.remove();
  }
}
