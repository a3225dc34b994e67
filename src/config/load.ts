import { log } from '../log.js';
import { problemText } from './error.js';
import { loadLayers } from './layers.js';
import { overrideText } from './merge.js';
import type { Config } from './schema.js';
import { validate } from './validate.js';

export { ConfigError } from './error.js';

/**
 * Reads, merges and checks configuration files, left to right. Logs what one layer replaces of another, in
 * order, and then the warnings.
 * @throws ConfigError
 */
export function loadConfig(files: readonly string[], env: NodeJS.ProcessEnv = process.env): Config {
  const layers = loadLayers(files, env);
  const { config, warnings } = validate(layers);
  if (layers.files.length > 1) log('info', 'configuration files, later ones on top', { files: layers.files });
  for (const override of layers.overrides) log('info', `configuration: ${overrideText(override)}`);
  for (const warning of warnings) log('warn', `configuration: ${problemText(warning)}`);
  return config;
}
