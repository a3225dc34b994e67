import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { isBundleName } from '../config/bundle-manifest.js';
import { ConfigError, shownFile, type Problem } from '../config/error.js';
import type { BundleReport } from './check.js';
import { BUNDLE_FILE, findBundle, listBundles, readManifest, type BundleFolders } from './directory.js';

/** Folders that are nobody's part of a bundle. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules']);
const MAX_FILES = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;

export interface AddOptions {
  readonly folders: BundleFolders;
  /** Takes the place of one that is there, and adds one with problems. */
  readonly force: boolean;
  /** Checks a bundle by its file. */
  check(file: string): BundleReport;
}

/**
 * Copies a bundle into the operator's folder, whole or not at all.
 * @returns what its check found, and the folder that it has now.
 * @throws ConfigError where it is refused, and nothing has changed.
 */
export function addBundle(source: string, { folders, force, check }: AddOptions): { report: BundleReport; folder: string } {
  const from = path.resolve(source);
  const file = path.join(from, BUNDLE_FILE);
  if (!existsSync(file)) throw refused(`${shownFile(from)} is no bundle: it has no ${BUNDLE_FILE}`);
  const { name } = readManifest(file);
  if (name !== path.basename(from)) throw refused(`the bundle is called "${name}" and its folder "${path.basename(from)}": give both one name`, file);
  requireCopyable(from);

  const folder = path.join(folders.operator, name);
  const isThere = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
  if (isThere && realpathSync(from) === tryRealpath(folder)) throw refused(`the bundle "${name}" is at ${shownFile(folder)} already`);
  if (isThere && !force) throw refused(`there is a bundle "${name}" at ${shownFile(folder)}: --force puts this one in its place`);
  const report = check(file);
  if (report.problems.length > 0 && !force) throw new ConfigError(report.problems);
  putInPlace(from, folder, isThere);
  return { report, folder };
}

export interface RemoveOptions {
  readonly folders: BundleFolders;
  /** Removes one that others need, too. */
  readonly force: boolean;
  /** Files of the bundles that the configuration stacks. @throws ConfigError where it cannot be read */
  stacked(): readonly string[];
}

/**
 * Removes a bundle from the operator's folder.
 * @returns the folder that it had.
 * @throws ConfigError where it is refused, and nothing has changed.
 */
export function removeBundle(name: string, { folders, force, stacked }: RemoveOptions): string {
  const folder = path.join(folders.operator, name);
  if (!isBundleName(name) || !lstatSync(folder, { throwIfNoEntry: false })) {
    const file = findBundle(name, folders);
    throw refused(`the bundle "${name}" is at ${shownFile(path.dirname(file))} and comes with loomcycle: only those in ${shownFile(folders.operator)} can be removed`);
  }
  if (!force) requireUnused(name, folders, stacked);
  const aside = besides(folders.operator);
  renameSync(folder, path.join(aside, name));
  rmSync(aside, { recursive: true });
  return folder;
}

function requireUnused(name: string, folders: BundleFolders, stacked: () => readonly string[]): void {
  const remedy = '--force removes it all the same';
  const needing = listBundles(folders).filter(({ from, bundle }) => from === 'operator' && bundle?.requires.includes(name));
  if (needing.length > 0) throw refused(`the bundle "${name}" is required by ${needing.map((each) => each.name).join(', ')}: ${remedy}`);
  const file = path.join(folders.operator, name, BUNDLE_FILE);
  let files: readonly string[];
  try {
    files = stacked();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([{ message: `the configuration cannot be read, which may stack the bundle "${name}": ${remedy}` }, ...error.problems]);
  }
  if (files.includes(file)) throw refused(`the configuration stacks the bundle "${name}": take it out of there first, or ${remedy}`);
}

/** What is copied are files and folders: a link could bring in what is none of the bundle's business. @throws ConfigError */
function requireCopyable(from: string): void {
  const root = realpathSync(from);
  const problems: Problem[] = [];
  let files = 0;
  let bytes = 0;
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name);
      if (LEFT_OUT.has(entry.name)) continue;
      if ((files += 1) > MAX_FILES) return;
      if (entry.isDirectory()) walk(at);
      else if (entry.isSymbolicLink()) problems.push(...linkProblems(at, root));
      else if (!entry.isFile()) problems.push(atFile(at, 'is neither a file nor a folder'));
      else bytes += statSync(at).size;
    }
  };
  walk(root);
  if (files > MAX_FILES) problems.push(atFile(from, `has more than ${MAX_FILES} files`));
  if (bytes > MAX_BYTES) problems.push(atFile(from, `has ${bytes} bytes, more than ${MAX_BYTES}`));
  if (problems.length > 0) throw new ConfigError(problems);
}

function linkProblems(link: string, root: string): Problem[] {
  const target = tryRealpath(link);
  if (target === undefined) return [atFile(link, 'is a link that leads nowhere')];
  if (!target.startsWith(root + path.sep)) return [atFile(link, `is a link that leads out of the bundle, to ${target}`)];
  return statSync(target).isFile() ? [] : [atFile(link, 'is a link to a folder: put the folder itself there')];
}

function putInPlace(from: string, folder: string, isThere: boolean): void {
  const operator = path.dirname(folder);
  mkdirSync(operator, { recursive: true });
  const aside = besides(operator);
  const [copy, earlier] = [path.join(aside, 'new'), path.join(aside, 'earlier')];
  try {
    cpSync(realpathSync(from), copy, { recursive: true, dereference: true, filter: (each) => !LEFT_OUT.has(path.basename(each)) });
    if (isThere) renameSync(folder, earlier);
    try {
      renameSync(copy, folder);
    } catch (error) {
      if (isThere) renameSync(earlier, folder);
      throw error;
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** A new folder on the same file system, by a name that no bundle has. */
function besides(operator: string): string {
  return mkdtempSync(path.join(operator, '.bundle-'));
}

function tryRealpath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

function refused(message: string, file?: string): ConfigError {
  return new ConfigError([file === undefined ? { message } : atFile(file, message)]);
}

function atFile(file: string, message: string): Problem {
  return { origin: { file, line: 0, column: 0 }, message };
}
