// Puts each program of the runtime, with the packages that it needs at its start, into few files. Most of the time of a
// start goes into finding and reading modules: without this it takes twice as long.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { ROOT } from './lib.mjs';

const PROGRAMS = [
  'src/cli/main',
  'workers/code-worker',
  'workers/page-worker',
  'workers/resident-worker',
  'workers/run-worker',
  'workers/scope-worker',
  'workers/sql-child',
  'agents/drafter/index',
  'agents/reporter/index',
];

/** Packages that stay as they are: they bring native code or files of their own, or are loaded only when they are wanted. */
const APART = ['@ai-sdk', '@bomb.sh/tab', '@mozilla/readability', 'better-sqlite3', 'compromise', 'jsonc-parser', 'linkedom', 'ollama-ai-provider-v2', 'piscina', 'turndown', 'twitter-text', 'uWebSockets.js'];

const bundle = await rolldown({
  cwd: ROOT,
  platform: 'node',
  input: Object.fromEntries(PROGRAMS.map((name) => [name, path.join(ROOT, `${name}.ts`)])),
  external: (id) => APART.some((name) => id === name || id.startsWith(`${name}/`)),
  resolve: { mainFields: ['main', 'module'] },
  transform: { target: 'node20' },
});
rmSync(path.join(ROOT, 'dist/chunks'), { recursive: true, force: true });
await bundle.write({ dir: path.join(ROOT, 'dist'), format: 'esm', sourcemap: true, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' });
await bundle.close();
