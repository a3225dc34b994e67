import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './server.js';

/** Real Markdown: the largest files that the installed packages bring, largest first. Links inside are not followed. */
export function largestMarkdownFiles(count: number): { name: string; text: string }[] {
  const folder = realpathSync(path.join(ROOT, 'node_modules'));
  const found: { name: string; size: number }[] = [];
  const pending = [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of readdirSync(path.join(folder, at), { withFileTypes: true })) {
      const name = path.join(at, entry.name);
      if (entry.isDirectory()) pending.push(name);
      else if (entry.isFile() && /\.md$/i.test(name)) found.push({ name, size: statSync(path.join(folder, name)).size });
    }
  }
  found.sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
  return found.slice(0, count).map(({ name }) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }));
}
