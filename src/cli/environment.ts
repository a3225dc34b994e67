import path from 'node:path';
import { withAuthEnv } from '../config/auth-env.js';
import { UsageError } from './usage-error.js';

export const DEFAULT_ADDRESS = '127.0.0.1:8787';
export const LISTEN_ADDR = 'LOOMCYCLE_LISTEN_ADDR';

/** The data directory of a server that is started here. Absolute. */
export function dataDir(): string {
  return path.resolve(process.env.LOOMCYCLE_DATA_DIR || 'data');
}

/** What configuration may name in `${…}`: the environment, and below it `auth.env` as it is by now. */
export function configEnv(): NodeJS.ProcessEnv {
  return withAuthEnv(dataDir(), process.env);
}

/**
 * Where a server that is started here listens.
 * @throws UsageError for anything but `host:port`.
 */
export function listenAddress(): { host: string; port: number } {
  const text = process.env[LISTEN_ADDR] || DEFAULT_ADDRESS;
  const [, host, digits] = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) {
    throw new UsageError(`${LISTEN_ADDR} must be host:port, like ${DEFAULT_ADDRESS}, not ${JSON.stringify(text)}`);
  }
  return { host: host === '' ? '0.0.0.0' : host, port };
}
