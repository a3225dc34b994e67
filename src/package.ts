import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Manifest {
  readonly name?: unknown;
  readonly version: string;
}

/** The folder of our package.json, where what comes with loomcycle lies, and its version. */
const found = find();
export const PACKAGE_ROOT = found.folder;
export const VERSION = found.version;

/** Path of a file of the built tree, as `workers/scope-worker.js`. */
export function builtFile(name: string): string {
  return path.join(PACKAGE_ROOT, 'dist', name);
}

/** Looked for and not counted up from here: the build decides how deep this code lies. */
function find(): { folder: string; version: string } {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : undefined;
    if (manifest?.name === 'loomcycle') return { folder, version: manifest.version };
    if (path.dirname(folder) === folder) throw new Error(`no package.json of loomcycle lies above ${import.meta.dirname}`);
  }
}
