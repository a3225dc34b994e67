#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/error.js';
import { VERSION } from '../version.js';
import { addBundleCommands, bundleFiles } from './commands/bundle-commands.js';
import { addConfigCommands } from './commands/config-commands.js';
import { addServerCommands } from './commands/server-commands.js';
import { addTokenCommands } from './commands/token-commands.js';
import { mcp } from './mcp.js';
import { serve, start } from './serve.js';

const program = new Command('loomcycle')
  .description('Runs the loomcycle runtime: documents that people and agents write together')
  .version(VERSION)
  .option('--config <file...>', 'configuration files, on top of those in LOOMCYCLE_CONFIG_FILES; later ones win (default: loomcycle.yaml here, or in ~/.config/loomcycle)')
  .option('--bundle <name...>', 'bundles: a short form of the configuration file of each, below those of --config')
  .exitOverride()
  .action(() => serve(named()));

program
  .command('mcp')
  .description('Speaks MCP on standard input and output: for a running loomcycle, or with the runtime in this process')
  .option('--upstream <url>', 'URL of a running loomcycle; its token is in LOOMCYCLE_MCP_UPSTREAM_TOKEN, else LOOMCYCLE_AUTH_TOKEN')
  .option('--profile <name>', 'which tools are shown: documents for 16 simple ones about documents (default: all tools)')
  .option('--retry <seconds>', 'how long a message that cannot be delivered is tried again (default: 30)', Number)
  .action(async (options: { upstream?: string; profile?: string; retry?: number }) => {
    await mcp({ ...options, start: () => start(named()) });
    process.exit(0);
  });

addConfigCommands(program, named);
addBundleCommands(program);
addServerCommands(program);
addTokenCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  // Help and version are no errors; commander has said what else was wrong with the words.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  console.error(`loomcycle: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

/** The files of --bundle and --config; undefined where neither is given, so that the default file counts. */
function named(): string[] | undefined {
  const { bundle, config } = program.opts<{ bundle?: string[]; config?: string[] }>();
  return bundle || config ? [...bundleFiles(bundle ?? []), ...(config ?? [])] : undefined;
}
