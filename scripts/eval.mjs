// `npm run eval`: the evaluation sets of the agents. Ends with 1 where a count is too low.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { build, install, ROOT } from './lib.mjs';

install();
build();
const { status } = spawnSync(process.execPath, [path.join(ROOT, 'dist', 'modules', 'eval', 'main.js'), ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
process.exit(status ?? 1);
