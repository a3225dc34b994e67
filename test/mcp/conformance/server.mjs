// A real runtime with the fixtures of the conformance suite: `server.mjs --config <file>`, address and data directory
// as the command line takes them.
import { parseArgs } from 'node:util';
import { loadSetup } from '../../../dist/modules/src/bundles/setup.js';
import { Runtime } from '../../../dist/modules/src/runtime.js';
import { withFixtures } from './fixtures.mjs';

const { env } = process;
const { config: files } = parseArgs({ options: { config: { type: 'string', multiple: true } } }).values;
const [host, port] = env.LOOMCYCLE_LISTEN_ADDR.split(':');
const setup = loadSetup(files, env);
const runtime = await Runtime.start({ ...setup, dataDir: env.LOOMCYCLE_DATA_DIR, host, port: Number(port), env, aroundMcp: withFixtures });
process.once('SIGTERM', () => void runtime.stop().then(() => process.exit(0)));
console.log(`  console   ${runtime.url}/ui`);
