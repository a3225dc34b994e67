import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { BUNDLE, readBundle, type Bundle } from '../config/bundle-layers.js';
import { notToBeCarried } from '../config/carried.js';
import { ConfigError, shownFile, type Problem } from '../config/error.js';
import { isFile } from '../config/known.js';
import { loadLayers, type Layers } from '../config/layers.js';
import { overrideText } from '../config/merge.js';
import { parseFile, type Findings } from '../config/parse.js';
import { mapScalars, pathText, type MappingNode } from '../config/tree.js';
import { validate } from '../config/validate.js';
import { findBundle, listBundles, readManifest, type BundleFolders } from './directory.js';
import { namedSkillProblems } from './named-skills.js';
import { loadSkills } from './skills.js';
import { withPrincipals } from './synthetic-principals.js';

/** What a check of a bundle found. It can be used where there are no problems. */
export interface BundleReport {
  readonly file: string;
  /** Absent where the manifest cannot be read. */
  readonly bundle?: Bundle | undefined;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export interface CheckOptions {
  readonly folders: BundleFolders;
  /** Configuration files that the bundle is stacked on; on top of it, as with `--bundle`. */
  readonly base: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const README = 'README.md';
const EXAMPLES = 'examples';

/**
 * Checks a bundle: what it carries, that it can be used on its own with what it requires, and that it stacks with a
 * configuration and all bundles that come with loomcycle.
 * @param file its `loomcycle.yaml`
 */
export function checkBundle(file: string, options: CheckOptions): BundleReport {
  const findings: Findings = { problems: [], warnings: [] };
  const tree = parseFile(file, {}, findings);
  const bundle = tree && manifestOf(file, tree, findings.problems);
  if (!tree || !bundle) return { file, bundle, ...findings };

  const folder = path.dirname(file);
  findings.problems.push(...includesOf(tree), ...notToBeCarried(tree), ...filesOutside(tree, folder), ...missingParts(folder));
  const problemsBefore = findings.problems.length;
  const required = trying(findings, () => requiredFiles(bundle, options.folders));
  if (required) trying(findings, () => alone([...required, file], findings));
  // What is wrong on its own would be said again.
  if (required && findings.problems.length === problemsBefore) stacked(bundle, required, options, findings);
  return { file, bundle, ...findings };
}

function manifestOf(file: string, { entries }: MappingNode, problems: Problem[]): Bundle | undefined {
  const declared = entries.get(BUNDLE);
  const bundle = declared && readBundle(file, declared, problems);
  if (!bundle) {
    if (problems.length === 0) problems.push({ origin: top(file), message: 'has no key bundle: say its name, version and description there' });
    return undefined;
  }
  const folder = path.basename(path.dirname(file));
  if (bundle.name !== folder) {
    problems.push({ origin: bundle.origin, message: `bundle.name: the bundle is called "${bundle.name}" and its folder "${folder}": give both one name` });
  }
  return bundle;
}

function includesOf({ entries }: MappingNode): Problem[] {
  const include = entries.get('include');
  return include ? [{ origin: include.key, message: 'include: a bundle is one file: name other bundles under bundle.requires' }] : [];
}

/** Files that it names and does not bring along. */
function filesOutside(tree: MappingNode, folder: string): Problem[] {
  const problems: Problem[] = [];
  mapScalars(tree, (scalar, at) => {
    const { value, origin, isPath } = scalar;
    if (typeof value !== 'string' || at[0] === 'include' || !(isPath || isFile(at))) return scalar;
    const relative = path.relative(folder, value);
    if (relative.startsWith('..') || path.isAbsolute(relative)) {
      problems.push({ origin, message: `${pathText(at)}: ${value} lies outside the bundle, which could not be shared` });
    } else if (!existsSync(value)) problems.push({ origin, message: `${pathText(at)}: there is no ${relative}` });
    return scalar;
  });
  return problems;
}

function missingParts(folder: string): Problem[] {
  const problems: Problem[] = [];
  if (!isText(path.join(folder, README))) problems.push({ origin: top(folder), message: `has no ${README}: say in it what the bundle does and how it is used` });
  const examples = path.join(folder, EXAMPLES);
  const files = statSync(examples, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(examples) : [];
  if (files.length === 0) problems.push({ origin: top(folder), message: `has no ${EXAMPLES}: put something there that shows it at work` });
  return problems;
}

function isText(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && stats.isFile() && stats.size > 0;
}

/** The files of the bundles that one requires, and those of what they require, each after what it needs. */
function requiredFiles(bundle: Bundle, folders: BundleFolders): string[] {
  const files = new Map<string, string>();
  const add = ({ requires }: Bundle): void => {
    for (const name of requires) {
      if (name === bundle.name || files.has(name)) continue;
      const file = findBundle(name, folders);
      files.set(name, file);
      add(readManifest(file, {}));
      // After what it requires in turn.
      files.delete(name);
      files.set(name, file);
    }
  };
  add(bundle);
  return [...files.values()];
}

/** The bundle with what it requires, and without any environment: nothing may depend on who checks it. */
function alone(files: readonly string[], { problems, warnings }: Findings): void {
  const layers = loadLayers(files, {});
  const { tree } = withPrincipals(layers.tree);
  warnings.push(...validate({ ...layers, tree }).warnings);
  const { skills, warnings: ofSkills } = loadSkills(layers.bundles);
  warnings.push(...ofSkills);
  problems.push(...namedSkillProblems(layers.tree, skills));
}

function stacked(bundle: Bundle, required: readonly string[], { folders, base, env }: CheckOptions, findings: Findings): void {
  const others = listBundles({ ...folders, operator: folders.shipped }).filter(({ name }) => name !== bundle.name);
  const files = [...new Set([...required, ...others.map(({ file }) => file)]), bundle.file];
  const lax = { ...env, LOOMCYCLE_CONFIG_STRICT: undefined };
  const on = base.map(shownFile).join(', ');
  const own: Findings = { problems: [], warnings: [] };
  const below = trying(own, () => loadLayers(base, lax));
  if (!below) return addStacked(findings, own, `${on}, which cannot be used itself`);
  const same = below.bundles.find(({ name, file }) => name === bundle.name && file !== bundle.file);
  if (same) findings.warnings.push({ origin: bundle.origin, message: `not stacked on ${on}, which has another bundle of this name: ${shownFile(same.file)}` });
  trying(own, () => checkStack(loadLayers(same ? files : [...files, ...base], lax), bundle, own));
  addStacked(findings, own, same ? 'the other bundles' : on);
}

function checkStack(layers: Layers, bundle: Bundle, { problems, warnings }: Findings): void {
  const { tree, added } = withPrincipals(layers.tree);
  for (const { name, origin } of added.filter((each) => each.origin.file === bundle.file)) {
    warnings.push({ origin, message: `nobody declares the principal "${name}": declare it, or say on top as whom it acts` });
  }
  validate({ ...layers, tree });
  const { skills, warnings: ofSkills } = loadSkills(layers.bundles);
  warnings.push(...ofSkills.filter(({ origin }) => origin?.file.startsWith(path.dirname(bundle.file) + path.sep)));
  const replaced = layers.overrides.filter(({ from, to }) => [from.file, to.file].includes(bundle.file));
  warnings.push(...replaced.map((override) => ({ message: overrideText(override) })));
  problems.push(...namedSkillProblems(layers.tree, skills).filter(({ origin }) => origin?.file === bundle.file));
}

function addStacked({ problems, warnings }: Findings, own: Findings, on: string): void {
  const said = ({ origin, message }: Problem): Problem => ({ origin, message: `stacked on ${on}: ${message}` });
  problems.push(...own.problems.map(said));
  warnings.push(...own.warnings.map(said));
}

/** @returns undefined where the action ends with a ConfigError, whose problems are added. */
function trying<Result>({ problems }: Findings, action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function top(file: string) {
  return { file, line: 0, column: 0 };
}
