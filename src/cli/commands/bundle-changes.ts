import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { checkBundle, type BundleReport } from '../../bundles/check.js';
import { BUNDLE_FILE, bundleFolders, findBundle, listBundles } from '../../bundles/directory.js';
import { addBundle, removeBundle } from '../../bundles/install.js';
import { isBundleName } from '../../config/bundle-manifest.js';
import { ConfigError, problemText, shownFile } from '../../config/error.js';
import { selectFiles } from '../../config/files.js';
import { loadLayers } from '../../config/layers.js';
import { PACKAGE_ROOT } from '../../package.js';

/** `bundle check`, `bundle add`, `bundle remove`. */
export function addBundleChanges(bundle: Command): void {
  bundle
    .command('check')
    .description('Checks a bundle on its own and stacked, or all that there are')
    .argument('[bundle]', 'its name, or its folder')
    .option('--on <file>', 'a configuration file to stack it on; repeatable (default: that of the server)', collect, [])
    .option('--json', 'answers as JSON')
    .action((which: string | undefined, { on, json }: { on: string[]; json?: boolean }) => {
      const files = which === undefined ? listBundles(bundleFolders()).map(({ file }) => file) : [fileOf(which)];
      const reports = files.map((file) => check(file, on));
      if (json) console.log(JSON.stringify(reports.map(asJson)));
      else reports.forEach(print);
      if (reports.some(({ problems }) => problems.length > 0)) process.exitCode = 2;
    });

  bundle
    .command('add')
    .description('Checks a bundle and copies it to ./bundles')
    .argument('<folder>', 'the folder that holds its loomcycle.yaml')
    .option('--force', 'replaces one that is there, and takes one with problems')
    .option('--json', 'answers as JSON')
    .action((source: string, { force = false, json }: { force?: boolean; json?: boolean }) => {
      const { report, folder } = addBundle(source, { folders: bundleFolders(), force, check });
      if (json) return console.log(JSON.stringify({ ...asJson(report), added: folder }));
      say(report);
      console.log(`added ${shownFile(folder)}: start with --bundle ${path.basename(folder)}, or name its ${BUNDLE_FILE} under include`);
    });

  bundle
    .command('remove')
    .description('Removes a bundle from ./bundles')
    .argument('<name>', 'its name')
    .option('--force', 'also one that another bundle or the configuration needs')
    .option('--json', 'answers as JSON')
    .action((name: string, { force = false, json }: { force?: boolean; json?: boolean }) => {
      const removed = removeBundle(name, { folders: bundleFolders(), force, stacked });
      console.log(json ? JSON.stringify({ removed }) : `removed ${shownFile(removed)}`);
    });
}

function collect(file: string, before: string[]): string[] {
  return [...before, file];
}

function check(file: string, on: readonly string[] = []): BundleReport {
  const base = on.length > 0 ? on.map((each) => path.resolve(each)) : (serverFiles() ?? [path.join(PACKAGE_ROOT, BUNDLE_FILE)]);
  return checkBundle(file, { folders: bundleFolders(), base, env: process.env });
}

/** A name is that of a bundle that --bundle can name; anything else is a folder. */
function fileOf(which: string): string {
  const file = path.resolve(which, BUNDLE_FILE);
  const isName = isBundleName(which) && (listBundles(bundleFolders()).some(({ name }) => name === which) || !existsSync(file));
  if (isName) return findBundle(which, bundleFolders());
  if (existsSync(file)) return file;
  throw new ConfigError([{ message: `${which} is no bundle: there is no ${shownFile(file)}` }]);
}

/** The files that the server here would start with; undefined where it has none. */
function serverFiles(): string[] | undefined {
  try {
    return selectFiles({ env: process.env });
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function stacked(): string[] {
  const files = serverFiles();
  return files ? loadLayers(files).bundles.map(({ file }) => file) : [];
}

function asJson({ file, bundle, problems, warnings }: BundleReport) {
  return {
    ok: problems.length === 0,
    name: bundle?.name,
    version: bundle?.version,
    file,
    problems: problems.map(problemText),
    warnings: warnings.map(problemText),
  };
}

function print(report: BundleReport): void {
  const { file, bundle, problems } = report;
  say(report);
  const what = bundle ? `${bundle.name} ${bundle.version}` : shownFile(file);
  console.log(problems.length === 0 ? `OK: ${what}` : `NOT OK: ${what}, ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`);
}

function say({ problems, warnings }: BundleReport): void {
  for (const warning of warnings) console.error(`warning: ${problemText(warning)}`);
  for (const problem of problems) console.error(problemText(problem));
}
