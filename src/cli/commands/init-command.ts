import type { Command } from 'commander';
import { init, type InitOptions } from '../init.js';

/** `init`: a configuration to begin with. */
export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('Writes a configuration to begin with')
    .option('--path <file>', 'where it goes (default: loomcycle.yaml here)')
    .option('--principal <name>', 'who is declared in it', 'me')
    .option('--with-token', 'also makes a token, in auth.env of the data directory, which you alone can read')
    .option('--force', 'replaces a file that is there')
    .action((options: InitOptions) => init(options));
}
