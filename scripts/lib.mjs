// What the scripts share. Plain JavaScript with nothing but Node: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const INSTALLED = path.join(ROOT, 'node_modules', '.loomcycle-install');
const BUILT = path.join(ROOT, 'dist', '.loomcycle-build');
const SOURCES = ['src', 'workers', 'agents', 'eval', 'console', 'scripts/bundle.mjs', 'tsconfig.json', 'tsconfig.base.json', 'package-lock.json'];

export function say(text) {
  process.stderr.write(`loomcycle: ${text}\n`);
}

/** Runs a command of the project and ends the script with its code when it fails. */
export function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) say(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Path of a program that a package brings. */
export function bin(name) {
  return path.join(ROOT, 'node_modules', '.bin', name);
}

/** Installs the packages that package-lock.json names, unless they are there. */
export function install() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    say(`Node ${process.versions.node} is too old: 20.19 or newer is needed`);
    process.exit(1);
  }
  const wanted = `${digest(['package-lock.json'])} ${process.versions.modules}`;
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return;
  say('installing packages; where SQLite has to be compiled this takes two minutes, the first time only');
  run('npm', ['ci', '--include=dev', '--no-fund', '--no-audit'], headersOfThisNode());
  writeFileSync(INSTALLED, wanted);
}

/** Builds runtime and console into dist/, unless the sources are those of the last build. */
export function build() {
  const wanted = digest(SOURCES);
  if (existsSync(BUILT) && readFileSync(BUILT, 'utf8') === wanted) return;
  say('building the runtime');
  run(process.execPath, [bin('tsc'), '-p', 'tsconfig.json']);
  run(process.execPath, ['scripts/bundle.mjs']);
  say('building the console');
  run(process.execPath, [bin('vite'), 'build', '--config', 'console/vite.config.ts', '--logLevel', 'warn']);
  mkdirSync(path.dirname(BUILT), { recursive: true });
  writeFileSync(BUILT, wanted);
}

/** node-gyp would fetch headers from the network; those of an installed Node lie beside it. */
function headersOfThisNode() {
  const prefix = path.dirname(path.dirname(process.execPath));
  if (process.env.npm_config_nodedir || !existsSync(path.join(prefix, 'include', 'node', 'node.h'))) return {};
  return { npm_config_nodedir: prefix };
}

function digest(entries) {
  const hash = createHash('sha256');
  for (const file of entries.flatMap(filesOf).sort()) hash.update(`${file}\0`).update(readFileSync(path.join(ROOT, file)));
  return hash.digest('hex');
}

function filesOf(entry) {
  const full = path.join(ROOT, entry);
  if (!existsSync(full)) return [];
  try {
    return readdirSync(full, { withFileTypes: true }).flatMap((child) => filesOf(path.join(entry, child.name)));
  } catch {
    return [entry];
  }
}
