import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { checkSetup } from '../../bundles/setup.js';
import { authFileOf, reloadIdentities, withAuthEnv } from '../../config/auth-env.js';
import { ConfigError, problemText } from '../../config/error.js';
import { selectFiles } from '../../config/files.js';
import { loadLayers } from '../../config/layers.js';
import type { Config } from '../../config/schema.js';
import { LISTEN_ADDR, listenAddress } from '../environment.js';
import type { Finding } from './finding.js';

const SCARCE_BYTES = 200 * 1024 * 1024;
const ASK_MS = 2000;

/** The configuration that the server would start with, and what there is to say of it. */
export function checkConfig(named: readonly string[] | undefined, dataDir: string): { findings: Finding[]; config?: Config } {
  try {
    const layers = loadLayers(selectFiles({ env: process.env, named: named ?? [] }), withAuthEnv(dataDir, process.env));
    const { config, warnings } = checkSetup(layers, withAuthEnv(dataDir, process.env));
    const findings: Finding[] = [{ check: 'config', status: 'ok', message: layers.files.join(', ') }];
    for (const warning of warnings) findings.push({ check: 'config', status: 'warn', message: problemText(warning) });
    return { findings, config };
  } catch (error) {
    const todo = 'mend the file; `loomcycle init` writes one to begin with';
    if (!(error instanceof ConfigError)) return { findings: [{ check: 'config', status: 'fail', message: (error as Error).message, todo }] };
    return { findings: error.problems.map((problem) => ({ check: 'config', status: 'fail', message: problemText(problem), todo })) };
  }
}

/** Whether somebody can log in. */
export function checkToken(config: Config, dataDir: string): Finding[] {
  const file = authFileOf(dataDir);
  const findings: Finding[] = [];
  const mode = process.platform === 'win32' || !existsSync(file) ? 0 : statSync(file).mode & 0o077;
  if (mode !== 0) findings.push({ check: 'token', status: 'warn', message: `others on this machine can read ${file}`, todo: `run chmod 600 ${file}` });
  try {
    const { secrets, warnings } = reloadIdentities(config, dataDir, process.env);
    findings.push({ check: 'token', status: 'ok', message: `${secrets.map(({ principal, variable }) => `${principal.name} (${variable})`).join(', ')} can log in` });
    for (const warning of warnings) findings.push({ check: 'token', status: 'warn', message: warning, todo: `add it to ${file}, or take the principal out` });
  } catch (error) {
    const { message } = error as Error;
    const isFirst = message.includes('no principal would have a secret') && !existsSync(path.join(dataDir, 'sqlmem'));
    findings.push({
      check: 'token',
      status: isFirst ? 'warn' : 'fail',
      message: isFirst ? 'no principal has a secret yet' : message,
      todo: isFirst ? `nothing: the first start makes one, in ${file}; or run loomcycle init --with-token` : `mend ${file} or the environment`,
    });
  }
  return findings;
}

/** Whether the data directory can be used, and by whom it is. */
export async function checkDataDir(dataDir: string): Promise<Finding[]> {
  const check = 'data directory';
  if (!existsSync(dataDir)) {
    const parent = nearestFolder(dataDir);
    if (!isWritable(parent)) return [{ check, status: 'fail', message: `${dataDir} cannot be made: ${parent} is not writable`, todo: 'make it, or name another in LOOMCYCLE_DATA_DIR' }];
    return [{ check, status: 'ok', message: `${dataDir} is made at the first start` }];
  }
  if (!statSync(dataDir).isDirectory()) return [{ check, status: 'fail', message: `${dataDir} is no directory`, todo: 'move it away, or name another in LOOMCYCLE_DATA_DIR' }];
  if (!isWritable(dataDir)) return [{ check, status: 'fail', message: `${dataDir} is not writable by this user`, todo: `give it to the user that runs the server: chown -R <user> ${dataDir}` }];
  const findings: Finding[] = [{ check, status: 'ok', message: `${dataDir} is writable; ${await ownerOf(dataDir)}` }];
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < SCARCE_BYTES) findings.push({ check, status: 'warn', message: `its disk has ${Math.floor((bavail * bsize) / 1024 / 1024)} MB left`, todo: 'make room: a full disk refuses writes' });
  return findings;
}

async function ownerOf(dataDir: string): Promise<string> {
  try {
    // Loaded here, since it may be what does not load.
    const { lockOwner } = await import('../../lock.js');
    const owner = lockOwner(dataDir);
    return owner ? `the server with pid ${owner.pid} has it, since ${owner.since}` : 'no server has it';
  } catch (error) {
    return `who has it cannot be told: ${(error as Error).message}`;
  }
}

function nearestFolder(folder: string): string {
  let above = path.dirname(folder);
  while (!existsSync(above)) above = path.dirname(above);
  return above;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether the address is free, or has a loomcycle already. */
export async function checkPort(): Promise<Finding> {
  const check = 'port';
  let address: { host: string; port: number };
  try {
    address = listenAddress();
  } catch (error) {
    return { check, status: 'fail', message: (error as Error).message };
  }
  const { host, port } = address;
  const shown = `${host}:${port}`;
  const server = createServer().listen({ host, port, exclusive: true });
  try {
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return { check, status: 'ok', message: port === 0 ? 'the system chooses one' : `${shown} is free` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') return { check, status: 'fail', message: `${shown} cannot be used: ${message}`, todo: `name another in ${LISTEN_ADDR}` };
    const version = await runningVersion(host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port);
    if (version !== undefined) return { check, status: 'ok', message: `a loomcycle ${version} runs on ${shown}` };
    return { check, status: 'fail', message: `another program has ${shown}`, todo: `end it, or name another address in ${LISTEN_ADDR}` };
  }
}

async function runningVersion(host: string, port: number): Promise<string | undefined> {
  const late = new AbortController();
  // A timer that keeps the process: of a connection that ends before its request, fetch may hear nothing.
  const timer = setTimeout(() => late.abort(), ASK_MS);
  try {
    const response = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`, { signal: late.signal });
    const { ok, version } = (await response.json()) as { ok?: unknown; version?: unknown };
    return ok === true && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
