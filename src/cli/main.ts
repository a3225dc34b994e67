#!/usr/bin/env node
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { selectFiles } from '../config/files.js';
import { loadConfig } from '../config/load.js';
import { Runtime } from '../runtime.js';
import { VERSION } from '../version.js';
import { mcp } from './mcp.js';

const DEFAULT_ADDRESS = '127.0.0.1:8787';

const program = new Command('loomcycle')
  .description('Runs the loomcycle runtime: documents that people and agents write together')
  .version(VERSION)
  .option('--config <file...>', 'configuration files, on top of those in LOOMCYCLE_CONFIG_FILES; later ones win (default: loomcycle.yaml here, or in ~/.config/loomcycle)')
  .action(serve);

program
  .command('mcp')
  .description('Speaks MCP on standard input and output: for a running loomcycle, or with the runtime in this process')
  .option('--upstream <url>', 'URL of a running loomcycle; its token is in LOOMCYCLE_MCP_UPSTREAM_TOKEN, else LOOMCYCLE_AUTH_TOKEN')
  .option('--retry <seconds>', 'how long a message that cannot be delivered is tried again (default: 30)', Number)
  .action(async (options: { upstream?: string; retry?: number }) => {
    await mcp({ ...options, start: () => start(program.opts<{ config?: string[] }>().config) });
    process.exit(0);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`loomcycle: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

async function serve({ config: files }: { config?: string[] }): Promise<void> {
  const runtime = await start(files);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void runtime.stop().then(() => process.exit(0));
    });
  }
  announce(runtime);
}

function start(files: string[] | undefined): Promise<Runtime> {
  const { env } = process;
  const { host, port } = parseAddress(env.LOOMCYCLE_LISTEN_ADDR || DEFAULT_ADDRESS);
  return Runtime.start({
    config: loadConfig(selectFiles({ env, named: files }), env),
    dataDir: path.resolve(env.LOOMCYCLE_DATA_DIR || 'data'),
    host,
    port,
    env,
  });
}

function announce({ url, identities: { authFile, minted, principals } }: Runtime): void {
  console.log(`loomcycle ${VERSION} is running`);
  console.log(`  console   ${url}/ui`);
  console.log(`  MCP       ${url}/v1/_mcp`);
  console.log(`  as        ${[...principals.keys()].join(', ')}`);
  const made = minted === undefined ? '' : ` (${minted} was made just now)`;
  console.log(`  token     in ${existsSync(authFile) ? `${authFile}${made}` : 'the environment'}`);
}

/** @throws for anything but `host:port`. */
function parseAddress(text: string): { host: string; port: number } {
  const [, host, digits] = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) {
    throw new Error(`LOOMCYCLE_LISTEN_ADDR must be host:port, like ${DEFAULT_ADDRESS}, not ${JSON.stringify(text)}`);
  }
  return { host: host === '' ? '0.0.0.0' : host, port };
}
