import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Finding } from './finding.js';

/** Oldest Node that is tested, as `engines` of package.json says. */
const OLDEST = [20, 19] as const;
const AHEAD_MS = 60_000;

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (!isOld) return { check: 'node', status: 'ok', message: `Node ${version}` };
  return { check: 'node', status: 'fail', message: `Node ${version} is too old`, todo: `install Node ${OLDEST.join('.')} or newer` };
}

/** Loads what is compiled, which only fits one platform and one version of Node. */
export async function checkNativeModules(): Promise<Finding[]> {
  return [
    await checkModule('better-sqlite3', 'run `npm rebuild better-sqlite3`; it needs python3, make and g++', async () => {
      const { default: Database } = await import('better-sqlite3');
      const db = new Database(':memory:');
      const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
      db.close();
      return `SQLite ${version}`;
    }),
    await checkModule('uWebSockets.js', 'use a version of Node that it has a binary for (20, 22 or 24); with Node 22 and newer it needs glibc 2.38', async () => {
      await import('uWebSockets.js');
      return 'its binary loads';
    }),
  ];
}

async function checkModule(name: string, todo: string, load: () => Promise<string>): Promise<Finding> {
  try {
    return { check: 'native modules', status: 'ok', message: `${name}: ${await load()}` };
  } catch (error) {
    const [line] = (error as Error).message.trim().split('\n').slice(-1);
    return { check: 'native modules', status: 'fail', message: `${name} does not load on ${here()}: ${line}`, todo };
  }
}

/** Platform, processor, Node's number for compiled modules, and the C library: what a binary must fit. */
function here(): string {
  const { glibcVersionRuntime: glibc } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header;
  const library = process.platform === 'linux' ? `, ${glibc === undefined ? 'no glibc' : `glibc ${glibc}`}` : '';
  return `${process.platform} ${process.arch}, Node ${process.versions.node} (ABI ${process.versions.modules})${library}`;
}

/** Seqs order what happens, but dates, leases and retention go by the clock. */
export function checkClock(dataDir: string, now: number = Date.now()): Finding {
  const newest = newestChange(dataDir);
  if (newest.at > now + AHEAD_MS) {
    const behind = Math.round((newest.at - now) / 1000);
    return {
      check: 'clock',
      status: 'fail',
      message: `the clock says ${new Date(now).toISOString()}, ${behind} s before the last change of ${newest.file}`,
      todo: 'set the clock, and keep it by NTP',
    };
  }
  return { check: 'clock', status: 'ok', message: new Date(now).toISOString() };
}

/** The files that every run writes. */
function newestChange(dataDir: string): { file: string; at: number } {
  const folders = [dataDir, path.join(dataDir, 'audit'), path.join(dataDir, 'sqlmem')].filter((folder) => existsSync(folder) && statSync(folder).isDirectory());
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
  const changes = files.map((file) => ({ file, at: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  return changes.reduce((newest, change) => (change.at > newest.at ? change : newest), { file: dataDir, at: 0 });
}
