import { existsSync } from 'node:fs';
import { loadSetup, type Setup } from '../bundles/setup.js';
import { selectFiles } from '../config/files.js';
import { log } from '../log.js';
import { Runtime } from '../runtime.js';
import { VERSION } from '../package.js';
import { configEnv, dataDir, listenAddress } from './environment.js';

/** Starts the runtime on these configuration files, and on what the environment says. */
export function start(files: readonly string[] | undefined): Promise<Runtime> {
  const { env } = process;
  const reconfigure = (): Setup => loadSetup(selectFiles({ env, named: files }), configEnv());
  return Runtime.start({
    ...reconfigure(),
    reconfigure,
    dataDir: dataDir(),
    ...listenAddress(),
    env,
  });
}

/** `loomcycle` without a command: the server, until a signal ends it. SIGHUP reads the configuration again. */
export async function serve(files: readonly string[] | undefined, { json = false }: { json?: boolean } = {}): Promise<void> {
  // Heard from the first moment: one that comes while the start is under way reads the files again after it.
  process.on('SIGHUP', () => {
    started
      .then((runtime) => runtime.reload())
      .catch((error: unknown) => log('error', 'SIGHUP: the configuration could not be brought into effect', { error: String(error) }));
  });
  const started = start(files);
  const runtime = await started;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void runtime.stop().then(() => process.exit(0));
    });
  }
  announce(runtime, json);
}

function announce({ url, identities: { authFile, minted, principals } }: Runtime, json: boolean): void {
  const file = existsSync(authFile) ? authFile : undefined;
  if (json) {
    const where = { console: `${url}/ui`, mcp: `${url}/v1/_mcp` };
    return console.log(JSON.stringify({ version: VERSION, url, ...where, principals: [...principals.keys()], auth_file: file, minted }));
  }
  console.log(`loomcycle ${VERSION} is running`);
  console.log(`  console   ${url}/ui`);
  console.log(`  MCP       ${url}/v1/_mcp`);
  console.log(`  as        ${[...principals.keys()].join(', ')}`);
  const made = minted === undefined ? '' : ` (${minted} was made just now)`;
  console.log(`  token     in ${file === undefined ? 'the environment' : `${file}${made}`}`);
}
