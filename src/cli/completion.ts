import { existsSync, readdirSync, statSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { bundleFolders, listBundles } from '../bundles/directory.js';
import { operationsOf, TOOLS } from '../operations/registry.js';

type Complete = (value: string, description: string) => void;

/** Arguments and options that name files. */
const FILES = new Set(['file', 'before', 'after', 'config', 'out']);

/** `completion`: scripts that complete words in a shell, and the hidden command that they ask. Comes after all other commands. */
export function addCompletion(program: Command): void {
  const root = tab(program, { completionCommandName: 'completion' });
  program.commands.find((each) => each.name() === 'completion')?.description('Prints the script that completes words in a shell');
  for (const command of [root, ...root.commands.values()]) {
    // Options of the program may stand after a command as well.
    for (const [name, { description }] of root.options) if (!command.options.has(name)) command.option(name, description, noWords);
    for (const part of [...command.options.values(), ...command.arguments.values()]) {
      const name = 'name' in part ? part.name : part.value;
      if (FILES.has(name)) part.handler = files;
      if (name === 'bundle') part.handler = bundles;
      if (name === 'op') part.handler = ops;
    }
  }
}

function noWords(): void {
  // It takes a value, of which nothing is known.
}

function bundles(complete: Complete): void {
  for (const { name, bundle } of listBundles(bundleFolders())) complete(name, bundle?.description ?? '');
}

function ops(complete: Complete): void {
  for (const tool of TOOLS) for (const { op } of operationsOf(tool)) complete(`${tool}.${op}`, '');
}

/** Files that begin as the word does; where one folder alone does, what is in it. */
function files(complete: Complete): void {
  let word = process.argv.at(-1) ?? '';
  for (;;) {
    const folder = word.slice(0, word.lastIndexOf('/') + 1);
    const found = namesIn(folder || '.').map((name) => folder + name).filter((name) => name.startsWith(word));
    const entries = found.map((name) => (statSync(name, { throwIfNoEntry: false })?.isDirectory() ? `${name}/` : name));
    const [only] = entries;
    if (entries.length !== 1 || !only?.endsWith('/') || namesIn(only).length === 0) return entries.forEach((each) => complete(each, ''));
    word = only;
  }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
}
