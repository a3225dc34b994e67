import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Bearers } from '../identity/bearers.js';
import { canonicalTenant, LEGACY_TOKEN, SHARED_TENANT, type Principal } from '../identity/principal.js';
import type { BoundSecret } from '../identity/secret-changes.js';
import { mintToken } from '../identity/token-format.js';
import type { Config } from './schema.js';

/** Variable of the one token of old deployments, which is an administrator of the shared tenant. */
export const LEGACY_ENV = 'LOOMCYCLE_AUTH_TOKEN';

/** Principal of the legacy token (reference: wire 2.3). */
const LEGACY: Principal = { name: LEGACY_ENV, tenant: SHARED_TENANT, subject: 'default', scopes: ['substrate:admin'], tokenId: LEGACY_TOKEN };

const SHORT = 24;

export interface Identities {
  bearers: Bearers;
  principals: ReadonlyMap<string, Principal>;
  /** Everyone who has a secret, and the variable that it is in. */
  secrets: readonly BoundSecret[];
  /** The file that holds secrets, and the variable in it that was minted now, if one was. */
  authFile: string;
  minted: string | undefined;
  warnings: string[];
}

/**
 * Binds each declared principal to its secret: from the environment, else from `<data>/auth.env`; and the
 * legacy token, where there is one. Where nobody has a secret, mints one for the first principal and writes
 * it to that file, so that there is no open mode.
 *
 * @throws where two have the same secret. No text has the value of a secret.
 */
export function loadIdentities(config: Config, dataDir: string, env: NodeJS.ProcessEnv): Identities {
  const authFile = authFileOf(dataDir);
  const { kept, secretOf } = readSecrets(authFile, env);

  let minted: string | undefined;
  const variables = variablesOf(config);
  if (variables.every((name) => secretOf(name) === '')) {
    minted = variables[0]!;
    const secret = mintToken();
    appendSecrets(authFile, { [minted]: secret });
    kept.set(minted, secret);
  }
  return { ...bind(config, secretOf), authFile, minted };
}

/**
 * As `loadIdentities` for a runtime that goes on: mints nothing, since the secret would reach nobody.
 * @throws where two have the same secret, and where nobody has one.
 */
export function reloadIdentities(config: Config, dataDir: string, env: NodeJS.ProcessEnv): Identities {
  const authFile = authFileOf(dataDir);
  const { secretOf } = readSecrets(authFile, env);
  const variables = variablesOf(config);
  if (variables.every((name) => secretOf(name) === '')) {
    throw new Error(`no principal would have a secret, and nobody could log in: set one of ${variables.join(', ')} in ${authFile}`);
  }
  return { ...bind(config, secretOf), authFile, minted: undefined };
}

/** Variables of everyone who may have a secret. */
function variablesOf({ principals }: Config): string[] {
  return [...Object.values(principals).map((each) => each.token_env), LEGACY_ENV];
}

function bind({ principals: declared }: Config, secretOf: (name: string) => string): Omit<Identities, 'authFile' | 'minted'> {
  const principals = new Map<string, Principal>();
  const secrets: BoundSecret[] = [];
  const warnings: string[] = [];
  for (const [name, { tenant, subject, scopes, token_env: variable }] of Object.entries(declared)) {
    const principal: Principal = { name, tenant: canonicalTenant(tenant), subject, scopes, tokenId: `cfg:${name}` };
    const twin = [...principals.values()].find((each) => each.tenant === principal.tenant && each.subject === subject);
    if (twin) warnings.push(`principals "${twin.name}" and "${name}" are one subject of one tenant: they share all that they have`);
    principals.set(name, principal);
    const secret = secretOf(variable);
    if (secret === '') warnings.push(`principal "${name}" has no secret in ${variable}: nobody can log in as it`);
    else secrets.push({ principal, variable, secret });
  }
  const legacy = secretOf(LEGACY_ENV);
  if (legacy !== '') secrets.push({ principal: LEGACY, variable: LEGACY_ENV, secret: legacy });

  const bearers = new Bearers();
  for (const { principal, variable, secret } of secrets) {
    bearers.add(secret, principal);
    if (secret.length < SHORT) warnings.push(`the secret in ${variable} is shorter than ${SHORT} characters: it may be guessed`);
  }
  return { bearers, principals, secrets, warnings };
}

/** Reads a secret by its variable: from the environment, else from `<data>/auth.env`, else `""`. */
export function loadSecrets(dataDir: string, env: NodeJS.ProcessEnv): (name: string) => string {
  return readSecrets(authFileOf(dataDir), env).secretOf;
}

/** The environment, and below it what `<data>/auth.env` says; a variable that is empty counts as not set. */
export function withAuthEnv(dataDir: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { kept } = readSecrets(authFileOf(dataDir), env);
  return { ...env, ...Object.fromEntries([...kept].filter(([name]) => !env[name])) };
}

/** The file of secrets in a data directory. */
export function authFileOf(dataDir: string): string {
  return path.join(dataDir, 'auth.env');
}

function readSecrets(authFile: string, env: NodeJS.ProcessEnv): { kept: Map<string, string>; secretOf(name: string): string } {
  const kept = existsSync(authFile) ? parseEnv(readFileSync(authFile, 'utf8')) : new Map<string, string>();
  return { kept, secretOf: (name) => env[name] || kept.get(name) || '' };
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

/** Adds secrets by their variables; a file that is made for them is read by its owner alone. */
export function appendSecrets(file: string, secrets: Readonly<Record<string, string>>): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const cut = existsSync(file) && /[^\n]$/.test(readFileSync(file, 'utf8'));
  const lines = Object.entries(secrets).map(([name, secret]) => `${name}=${secret}\n`);
  const fd = openSync(file, 'a', 0o600);
  try {
    writeSync(fd, (cut ? '\n' : '') + lines.join(''));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
