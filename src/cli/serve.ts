import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadSetup, type Setup } from '../bundles/setup.js';
import { selectFiles } from '../config/files.js';
import { log } from '../log.js';
import { Runtime } from '../runtime.js';
import { VERSION } from '../version.js';

const DEFAULT_ADDRESS = '127.0.0.1:8787';

/** Starts the runtime on these configuration files, and on what the environment says. */
export function start(files: readonly string[] | undefined): Promise<Runtime> {
  const { env } = process;
  const { host, port } = parseAddress(env.LOOMCYCLE_LISTEN_ADDR || DEFAULT_ADDRESS);
  const reconfigure = (): Setup => loadSetup(selectFiles({ env, named: files }), env);
  return Runtime.start({
    ...reconfigure(),
    reconfigure,
    dataDir: path.resolve(env.LOOMCYCLE_DATA_DIR || 'data'),
    host,
    port,
    env,
  });
}

/** `loomcycle` without a command: the server, until a signal ends it. SIGHUP reads the configuration again. */
export async function serve(files: readonly string[] | undefined): Promise<void> {
  const runtime = await start(files);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void runtime.stop().then(() => process.exit(0));
    });
  }
  process.on('SIGHUP', () => {
    runtime.reload().catch((error: unknown) => log('error', 'SIGHUP: the configuration could not be brought into effect', { error: String(error) }));
  });
  announce(runtime);
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
