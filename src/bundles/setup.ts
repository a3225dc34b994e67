import { ConfigError, problemText, type Problem } from '../config/error.js';
import { loadLayers, type Bundled, type Layers } from '../config/layers.js';
import { overrideText } from '../config/merge.js';
import type { Config } from '../config/schema.js';
import { validate } from '../config/validate.js';
import { log } from '../log.js';
import { namedSkillProblems } from './named-skills.js';
import { loadSkills, type Skill } from './skills.js';

/** What the runtime works with: what its configuration files say, and what their bundles bring. */
export interface Setup {
  readonly config: Config;
  readonly skills: readonly Skill[];
  readonly bundled: Bundled;
}

/** A setup that can be used, and what is still to be said about it. */
export interface CheckedSetup extends Setup {
  readonly warnings: readonly Problem[];
}

/**
 * Checks merged layers, the skills of their bundles and the skills that agents name. What an agent names that does not
 * run on its own is a warning: it hinders nobody from starting.
 * @throws ConfigError with everything that is wrong.
 */
export function checkSetup(layers: Layers, env: NodeJS.ProcessEnv = process.env): CheckedSetup {
  const { config, warnings } = validate(layers);
  const { skills, warnings: ofSkills } = loadSkills(layers.bundles, env);
  const named = namedSkillProblems(layers.tree, skills);
  const problems = named.filter(({ resident }) => resident);
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, skills, bundled: layers.bundled, warnings: [...warnings, ...ofSkills, ...named] };
}

/**
 * Reads, merges and checks configuration files, left to right. Logs what one layer replaces of another, in
 * order, and then the warnings.
 * @throws ConfigError
 */
export function loadSetup(files: readonly string[], env: NodeJS.ProcessEnv = process.env): Setup {
  const layers = loadLayers(files, env);
  const { config, skills, bundled, warnings } = checkSetup(layers, env);
  if (layers.files.length > 1) log('info', 'configuration files, later ones on top', { files: layers.files });
  for (const override of layers.overrides) log('info', `configuration: ${overrideText(override)}`);
  for (const warning of warnings) log('warn', `configuration: ${problemText(warning)}`);
  return { config, skills, bundled };
}
