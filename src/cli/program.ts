import { Command } from 'commander';
import { VERSION } from '../package.js';
import { addBundleCommands, bundleFiles } from './commands/bundle-commands.js';
import { addConfigCommands } from './commands/config-commands.js';
import { addDoctorCommand } from './commands/doctor-command.js';
import { addDocumentCommands } from './commands/document-commands.js';
import { addInitCommand } from './commands/init-command.js';
import { addMcpCommands } from './commands/mcp-commands.js';
import { addJsonOption, collect } from './commands/options.js';
import { addServerCommands } from './commands/server-commands.js';
import { addTailCommand } from './commands/tail-command.js';
import { addTokenCommands } from './commands/token-commands.js';
import { addCompletion } from './completion.js';
import { nearest } from '../config/nearest.js';
import { colours, wantsJson } from './output.js';
import { UsageError } from './usage-error.js';

/** Commands whose standard output is not theirs to shape. */
const WITHOUT_JSON = new Set(['call', 'completion', 'complete']);

/** The command line. What the server is made of is loaded by those commands alone that run one. */
export function createProgram(): Command {
  const program = new Command('loomcycle')
    .description('Runs the loomcycle runtime: documents that people and agents write together')
    .version(VERSION, '-V, --version', 'prints the version')
    .helpOption('-h, --help', 'prints help')
    .helpCommand(false)
    .configureHelp({ styleTitle: (title) => colours.bold(title) })
    .configureOutput({ outputError: (text, write) => (wantsJson ? undefined : write(text)) })
    .option('--config <file>', 'a configuration file, on top of those in LOOMCYCLE_CONFIG_FILES; may be given several times, later ones win (default: loomcycle.yaml here, or in ~/.config/loomcycle)', collect)
    .option('--bundle <name>', 'a bundle: a short form of its configuration file, below those of --config; may be given several times', collect)
    .exitOverride()
    .allowExcessArguments()
    .action(() => {
      const [word] = program.args;
      if (word !== undefined) throw unknownCommand(word);
      return serve({});
    });

  program
    .command('serve')
    .description('Runs the server; the same as no command')
    .action((options: { json?: boolean }) => serve(options));
  addMcpCommands(program, named);
  addInitCommand(program);
  addDoctorCommand(program, named);
  addConfigCommands(program, named);
  addBundleCommands(program);
  addServerCommands(program);
  addDocumentCommands(program);
  addTailCommand(program);
  addTokenCommands(program);
  addJsonOption(program, WITHOUT_JSON);
  addCompletion(program);
  return program;

  function unknownCommand(word: string): UsageError {
    const names = program.commands.map((command) => command.name());
    const meant = nearest(word, names);
    return new UsageError(`there is no command ${JSON.stringify(word)}${meant === undefined ? '' : ` (did you mean "${meant}"?)`}; \`loomcycle --help\` lists them`);
  }

  async function serve(options: { json?: boolean }): Promise<void> {
    const server = await import('./serve.js');
    await server.serve(named(), options);
  }

  /** The files of --bundle and --config; undefined where neither is given, so that the default file counts. */
  function named(): string[] | undefined {
    const { bundle, config } = program.opts<{ bundle?: string[]; config?: string[] }>();
    return bundle || config ? [...bundleFiles(bundle ?? []), ...(config ?? [])] : undefined;
  }
}
