import type { Command } from 'commander';
import { parse } from 'yaml';
import { checkSetup } from '../../bundles/setup.js';
import { diffConfigs, differenceText } from '../../config/diff.js';
import { ConfigError, problemText } from '../../config/error.js';
import { selectFiles } from '../../config/files.js';
import { loadLayers, type Layers } from '../../config/layers.js';
import { overrideText } from '../../config/merge.js';
import { renderConfig, renderedLeaves } from '../../config/render.js';
import { validate } from '../../config/validate.js';
import { configEnv } from '../environment.js';
import { print, warn } from '../output.js';

/** `validate` and `config`: the same layers as the server's, without starting it. */
export function addConfigCommands(program: Command, named: () => string[] | undefined): void {
  const layersOf = (files: string[] | undefined): Layers => loadLayers(selectFiles({ env: process.env, named: files }), configEnv());

  program
    .command('validate')
    .description('Checks the configuration that the server would start with')
    .argument('[file...]', 'configuration files, on top of those of --config')
    .option('--json', 'answers as JSON')
    .action((files: string[], { json }: { json?: boolean }) => {
      try {
        const layers = layersOf([...(named() ?? []), ...files]);
        const { warnings } = checkSetup(layers);
        const overrides = layers.overrides.map(overrideText);
        if (json) return console.log(JSON.stringify({ ok: true, files: layers.files, warnings: warnings.map(problemText), overrides }));
        for (const warning of warnings) warn(problemText(warning));
        for (const override of overrides) console.error(override);
        console.log(`OK: ${layers.files.join(', ')}`);
      } catch (error) {
        if (!json || !(error instanceof ConfigError)) throw error;
        console.log(JSON.stringify({ ok: false, problems: error.problems.map(problemText) }));
        process.exitCode = 2;
      }
    });

  const config = program.command('config').description('Shows what the configuration files say together');
  config
    .command('render')
    .description('Prints the merged configuration, secrets masked')
    .option('--origin', 'adds the file and line of every leaf')
    .option('--json', 'prints it as JSON')
    .action(({ origin, json }: { origin?: boolean; json?: boolean }) => {
      const layers = layersOf(named());
      validate(layers);
      if (json) return print(origin ? renderedLeaves(layers) : parse(renderConfig(layers)));
      process.stdout.write(renderConfig(layers, { origin: origin ?? false }));
    });
  config
    .command('diff')
    .description('Prints what the second configuration says otherwise than the first')
    .argument('<before>', 'a configuration file')
    .argument('<after>', 'a configuration file')
    .option('--json', 'answers as JSON')
    .action((before: string, after: string, { json }: { json?: boolean }) => {
      const differences = diffConfigs(loadLayers([before], configEnv()), loadLayers([after], configEnv()));
      if (json) return console.log(JSON.stringify(differences));
      for (const difference of differences) console.log(differenceText(difference));
    });
}
