import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ConfigError } from './error.js';

export interface FileSelection {
  readonly env: NodeJS.ProcessEnv;
  /** Files named on the command line, in order. */
  readonly named?: readonly string[];
  /** Default: the working directory of the process. */
  readonly cwd?: string;
  /** What separates files in a variable: `:`, on Windows `;`, since drives have a colon there. */
  readonly delimiter?: string;
  /** Default: the home directory of the user. */
  readonly home?: string;
}

/**
 * The configuration files, in the order of their layers: those of LOOMCYCLE_CONFIG_FILES, then those named on
 * the command line; without either, the first default file that exists. Absolute paths (reference: wire 4.1).
 * @throws ConfigError where no file is named and there is no default one.
 */
export function selectFiles({ env, named = [], cwd = process.cwd(), delimiter = path.delimiter, home = homedir() }: FileSelection): string[] {
  const listed = (env.LOOMCYCLE_CONFIG_FILES ?? '').split(delimiter).map((entry) => entry.trim());
  const files = [...listed, ...named].filter((file) => file !== '');
  if (files.length > 0) return files.map((file) => path.resolve(cwd, file));

  const defaults = [cwd, ...(env.XDG_CONFIG_HOME ? [path.join(env.XDG_CONFIG_HOME, 'loomcycle')] : []), path.join(home, '.config', 'loomcycle')];
  const candidates = defaults.map((folder) => path.join(folder, 'loomcycle.yaml'));
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined) return [found];
  const message = `there is no configuration file: name one with --config or in LOOMCYCLE_CONFIG_FILES, or put it at one of ${candidates.join(', ')}`;
  throw new ConfigError([{ message }]);
}
