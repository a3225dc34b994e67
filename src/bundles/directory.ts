import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { BUNDLE, readBundle, type Bundle } from '../config/bundle-layers.js';
import { isBundleName } from '../config/bundle-manifest.js';
import { ConfigError, shownFile, type Problem } from '../config/error.js';
import { nearest } from '../config/nearest.js';
import { parseFile } from '../config/parse.js';
import { PACKAGE_ROOT } from '../package.js';

/** File of a bundle that makes its folder one. */
export const BUNDLE_FILE = 'loomcycle.yaml';

/** Where bundles live. Those of the operator hide shipped ones of the same name. */
export interface BundleFolders {
  readonly operator: string;
  readonly shipped: string;
}

/** A bundle that can be put into a stack. */
export interface BundleEntry {
  readonly name: string;
  readonly from: keyof BundleFolders;
  /** Its configuration file. */
  readonly file: string;
  /** What it says about itself; absent where that cannot be read. */
  readonly bundle?: Bundle | undefined;
  /** Why it cannot be read. */
  readonly problems: readonly Problem[];
}

/** The operator's `bundles` in a working directory, and those that came with the package. */
export function bundleFolders(cwd: string = process.cwd()): BundleFolders {
  return { operator: path.join(cwd, 'bundles'), shipped: path.join(PACKAGE_ROOT, 'bundles') };
}

/** The bundles of both folders, by name. */
export function listBundles(folders: BundleFolders): BundleEntry[] {
  const found = new Map<string, BundleEntry>();
  for (const from of ['operator', 'shipped'] as const) {
    for (const name of namesIn(folders[from])) if (!found.has(name)) found.set(name, entryOf(name, from, folders[from]));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The configuration file of a bundle, the operator's before the shipped one.
 * @throws ConfigError where there is no such bundle; names the nearest, and those that there are.
 */
export function findBundle(name: string, folders: BundleFolders): string {
  const { operator, shipped } = folders;
  const candidates = isBundleName(name) ? [operator, shipped].map((folder) => path.join(folder, name, BUNDLE_FILE)) : [];
  const file = candidates.find((each) => existsSync(each));
  if (file !== undefined) return file;
  const known = [...new Set([...namesIn(operator), ...namesIn(shipped)])].sort();
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  const list = known.length === 0 ? `there are none in ${shownFile(operator)} and ${shownFile(shipped)}` : `known are ${known.join(', ')}`;
  throw new ConfigError([{ message: `there is no bundle "${name}"${hint} (${list})` }]);
}

/**
 * What the file of a bundle says about itself.
 * @throws ConfigError where it says nothing, or what cannot be used.
 */
export function readManifest(file: string, env: NodeJS.ProcessEnv = process.env): Bundle {
  const problems: Problem[] = [];
  const entry = parseFile(file, env, { problems, warnings: [] })?.entries.get(BUNDLE);
  const bundle = entry && readBundle(file, entry, problems);
  if (bundle && problems.length === 0) return bundle;
  if (problems.length === 0) problems.push({ origin: { file, line: 0, column: 0 }, message: 'has no key bundle: say its name, version and description there' });
  throw new ConfigError(problems);
}

function entryOf(name: string, from: keyof BundleFolders, folder: string): BundleEntry {
  const file = path.join(folder, name, BUNDLE_FILE);
  try {
    return { name, from, file, bundle: readManifest(file), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { name, from, file, problems: error.problems };
  }
}

/** Names that are no names of bundles, as those of folders that are being written, do not count. */
function namesIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder).filter((name) => isBundleName(name) && existsSync(path.join(folder, name, BUNDLE_FILE)));
}
