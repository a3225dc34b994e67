import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Bundle } from '../config/bundle-layers.js';
import { BUNDLE_NAME } from '../config/bundle-manifest.js';
import { ConfigError, originText, type Problem } from '../config/error.js';
import type { Findings } from '../config/parse.js';
import { nearest } from '../config/nearest.js';
import { readFrontMatter } from './front-matter.js';

/** What an agent can be told about one kind of work. */
export interface Skill {
  readonly name: string;
  /** What it is for, and when to use it. */
  readonly description: string;
  /** Tools that it works with; undefined where it does not say. */
  readonly allowedTools?: readonly string[] | undefined;
  readonly license?: string | undefined;
  /** The guidance, Markdown. */
  readonly body: string;
  /** Name of the bundle that brings it; undefined for one of a folder in LOOMCYCLE_SKILLS_ROOT. */
  readonly bundle?: string | undefined;
  readonly file: string;
}

/** What `loadSkills` found. */
export interface LoadedSkills {
  readonly skills: readonly Skill[];
  readonly warnings: readonly Problem[];
}

const SKILL_FILE = 'SKILL.md';
const MAX_BYTES = 256 * 1024;

/** The original writes lists; one text with commas is common elsewhere. */
const toolNames = z.union([z.array(z.string().min(1)), z.string().transform((text) => text.split(',').map((name) => name.trim()).filter(Boolean))], 'must be a list of names of tools');

const skillSchema = z.object({
  name: z.string('must be a text').max(64, 'at most 64 characters').regex(BUNDLE_NAME, 'lower-case words and digits with - between them'),
  description: z.string('must be a text').min(1, 'must say when to use it').max(1024, 'at most 1024 characters'),
  allowed_tools: toolNames.optional(),
  license: z.string('must be a text').optional(),
});

/** Where skills lie: `<folder>/<name>/SKILL.md`. */
interface SkillFolder {
  readonly folder: string;
  readonly bundle?: string | undefined;
}

/**
 * The skills that bundles bring, `skills/<name>/SKILL.md` next to the file of each, and those of the folders in
 * LOOMCYCLE_SKILLS_ROOT (reference: wire 4.5; several are separated as in PATH). Of two with the same name the later
 * counts, with a warning; the folders come after the bundles.
 * @throws ConfigError with everything that is wrong in them.
 */
export function loadSkills(bundles: readonly Bundle[], env: NodeJS.ProcessEnv = {}): LoadedSkills {
  const findings: Findings = { problems: [], warnings: [] };
  const ofBundles = bundles.map(({ name, file }): SkillFolder => ({ folder: path.join(path.dirname(file), 'skills'), bundle: name }));
  const skills = readSkills([...ofBundles, ...skillRoots(env, findings.problems)], findings);
  if (findings.problems.length > 0) throw new ConfigError(findings.problems);
  return { skills, warnings: findings.warnings };
}

function skillRoots(env: NodeJS.ProcessEnv, problems: Problem[]): SkillFolder[] {
  const listed = (env.LOOMCYCLE_SKILLS_ROOT ?? '').split(path.delimiter).map((entry) => entry.trim());
  const folders = listed.filter((folder) => folder !== '').map((folder) => path.resolve(folder));
  for (const folder of folders) {
    if (!isFolder(folder)) problems.push({ message: `LOOMCYCLE_SKILLS_ROOT names ${folder}, which is no folder` });
  }
  return folders.map((folder) => ({ folder }));
}

/**
 * The skills of one folder, `<name>/SKILL.md` each.
 * @param bundle name under which they are known
 * @throws ConfigError with everything that is wrong in them.
 */
export function loadSkillFolder(folder: string, bundle: string): LoadedSkills {
  const findings: Findings = { problems: [], warnings: [] };
  if (!isFolder(folder)) findings.problems.push({ origin: top(folder), message: 'there is no such folder of skills' });
  const skills = skillsOf({ folder, bundle }, findings);
  if (findings.problems.length > 0) throw new ConfigError(findings.problems);
  return { skills, warnings: findings.warnings };
}

function readSkills(folders: readonly SkillFolder[], findings: Findings): Skill[] {
  const byName = new Map<string, Skill>();
  for (const folder of folders) {
    for (const skill of skillsOf(folder, findings)) {
      const earlier = byName.get(skill.name);
      if (earlier) {
        const message = `the skill "${skill.name}"${ofBundle(skill)} replaces ${originText(top(earlier.file))}${ofBundle(earlier)}`;
        findings.warnings.push({ origin: top(skill.file), message });
      }
      byName.set(skill.name, skill);
    }
  }
  return [...byName.values()];
}

function ofBundle({ bundle }: Skill): string {
  return bundle === undefined ? '' : ` of the bundle "${bundle}"`;
}

function skillsOf({ folder, bundle }: SkillFolder, findings: Findings): Skill[] {
  if (!isFolder(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('.') && isFolder(path.join(folder, name)));
  return names.sort().flatMap((name) => readSkill(path.join(folder, name, SKILL_FILE), bundle, findings) ?? []);
}

function readSkill(file: string, bundle: string | undefined, { problems, warnings }: Findings): Skill | undefined {
  if (!existsSync(file)) {
    problems.push({ origin: top(path.dirname(file)), message: `has no ${SKILL_FILE}: write one, or take the folder out` });
    return undefined;
  }
  if (statSync(file).size > MAX_BYTES) {
    problems.push({ origin: top(file), message: `is longer than ${MAX_BYTES} bytes: no model reads so much guidance` });
    return undefined;
  }
  const before = problems.length;
  const matter = readFrontMatter(file, readFileSync(file, 'utf8'), problems);
  if (!matter) return undefined;
  const read = skillSchema.safeParse(matter.value);
  if (!read.success) {
    for (const { path: at, message } of read.error.issues) {
      const key = String(at[0]);
      problems.push({ origin: matter.originOf(key), message: `${key}: ${Object.hasOwn(matter.value, key) ? message : 'is missing'}` });
    }
    return undefined;
  }
  const known = Object.keys(skillSchema.shape);
  for (const key of Object.keys(matter.value).filter((each) => !known.includes(each))) {
    const meant = nearest(key.replaceAll('-', '_'), known);
    const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`;
    warnings.push({ origin: matter.originOf(key), message: `${key}: has no effect; ${hint}` });
  }
  const { name, description, allowed_tools: allowedTools, license } = read.data;
  const folder = path.basename(path.dirname(file));
  if (name !== folder) problems.push({ origin: matter.originOf('name'), message: `name: the skill is called "${name}" and its folder "${folder}": give both one name` });
  if (matter.body === '') problems.push({ origin: top(file), message: 'has no guidance below its front matter' });
  return problems.length > before ? undefined : { name, description, allowedTools, license, body: matter.body, bundle, file };
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function top(file: string) {
  return { file, line: 0, column: 0 };
}
