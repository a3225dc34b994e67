import type { Command } from 'commander';

/** Options of every command that asks a running server. */
export interface Common {
  target?: string;
  token?: string;
}

/** Adds a command that asks a running server. */
export function asking(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--target <url>', 'the server (default: LOOMCYCLE_BASE_URL, else http://127.0.0.1:8787)')
    .option('--token <token>', 'the bearer (default: LOOMCYCLE_AUTH_TOKEN, else LOOMCYCLE_MCP_UPSTREAM_TOKEN)');
}
