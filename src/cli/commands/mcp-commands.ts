import { Option, type Command } from 'commander';
import { CLIENT_IDS, type ClientId } from '../mcp-install/clients.js';
import { mcpInstall, type InstallOptions } from '../mcp-install/install.js';
import { mcp } from '../mcp.js';
import { seconds } from './options.js';

/** `mcp` and `mcp install`. */
export function addMcpCommands(program: Command, named: () => string[] | undefined): void {
  const command = program
    .command('mcp')
    .description('Speaks MCP on standard input and output: for a running loomcycle, or with the runtime in this process')
    .option('--upstream <url>', 'URL of a running loomcycle; its token is in LOOMCYCLE_MCP_UPSTREAM_TOKEN, else LOOMCYCLE_AUTH_TOKEN')
    .option('--profile <name>', 'which tools are shown: documents for 16 simple ones about documents (default: all tools)')
    .option('--retry <seconds>', 'how long a message that cannot be delivered is tried again (default: 30)', seconds)
    .action(async (options: { upstream?: string; profile?: string; retry?: number }) => {
      const start = async (): ReturnType<typeof import('../serve.js').start> => (await import('../serve.js')).start(named());
      await mcp({ ...options, start });
      process.exit(0);
    });

  command
    .command('install')
    .description('Prints how a client of MCP joins a running loomcycle, in the form of the client; --write puts it into the file of the client')
    .addOption(new Option('--client <client>', 'which one (default: all, printed)').choices(CLIENT_IDS))
    .option('--url <url>', 'the server (default: LOOMCYCLE_BASE_URL, else http://127.0.0.1:8787)')
    .option('--stdio', 'the client starts `loomcycle mcp --upstream` instead of asking the server itself')
    .option('--write', 'adds it to the file of the client and keeps all else that is there')
    .option('--show-token', 'has the token itself in it, where else a variable is named')
    .action((options: InstallOptions & { client?: ClientId }) => mcpInstall(options));
}
