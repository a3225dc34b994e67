import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Bearers } from '../identity/bearers.js';
import { canonicalTenant, type Principal } from '../identity/principal.js';
import type { Config } from './schema.js';

export interface Identities {
  bearers: Bearers;
  principals: ReadonlyMap<string, Principal>;
  /** The file that holds secrets, and the variable in it that was minted now, if one was. */
  authFile: string;
  minted: string | undefined;
  warnings: string[];
}

/**
 * Binds each declared principal to its secret: from the environment, else from `<data>/auth.env`.
 * Where no principal has one, mints a secret for the first and writes it to that file, so that there is no open mode.
 */
export function loadIdentities(config: Config, dataDir: string, env: NodeJS.ProcessEnv): Identities {
  const authFile = path.join(dataDir, 'auth.env');
  const declared = config.principals;
  const { secrets, secretOf } = readSecrets(authFile, env);

  let minted: string | undefined;
  if (!Object.values(declared).some((each) => secretOf(each.token_env) !== '')) {
    const { token_env: name } = Object.values(declared)[0]!;
    const secret = `lct_${randomBytes(32).toString('base64url')}`;
    appendSecret(authFile, name, secret);
    secrets.set(name, secret);
    minted = name;
  }

  const bearers = new Bearers();
  const principals = new Map<string, Principal>();
  const warnings: string[] = [];
  for (const [name, { tenant, subject, scopes, token_env }] of Object.entries(declared)) {
    const principal: Principal = { name, tenant: canonicalTenant(tenant), subject, scopes };
    principals.set(name, principal);
    const secret = secretOf(token_env);
    if (secret === '') warnings.push(`principal "${name}" has no secret in ${token_env}: nobody can log in as it`);
    else bearers.add(secret, principal);
  }
  return { bearers, principals, authFile, minted, warnings };
}

/** Reads a secret by its variable: from the environment, else from `<data>/auth.env`, else `""`. */
export function loadSecrets(dataDir: string, env: NodeJS.ProcessEnv): (name: string) => string {
  return readSecrets(path.join(dataDir, 'auth.env'), env).secretOf;
}

function readSecrets(authFile: string, env: NodeJS.ProcessEnv): { secrets: Map<string, string>; secretOf(name: string): string } {
  const secrets = existsSync(authFile) ? parseEnv(readFileSync(authFile, 'utf8')) : new Map<string, string>();
  return { secrets, secretOf: (name) => env[name] || secrets.get(name) || '' };
}

/** `KEY=VALUE` lines, with `export`, comments and one layer of quotes (reference: wire 4.1). */
export function parseEnv(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || raw === undefined) continue;
    const [, , inner] = /^(["'])(.*)\1$/.exec(raw) ?? [];
    values.set(name, inner ?? raw);
  }
  return values;
}

function appendSecret(file: string, name: string, secret: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fd = openSync(file, 'a', 0o600);
  try {
    writeSync(fd, `${name}=${secret}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
