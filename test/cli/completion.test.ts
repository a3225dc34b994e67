import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIN, runLoomcycle } from '../support/cli.js';

const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion';
let home: string;

beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-completion-'));
  mkdirSync(path.join(home, 'plans'));
  writeFileSync(path.join(home, 'plans/a.md'), '# A\n');
});
afterAll(() => rmSync(home, { recursive: true }));

/** The words that complete the last one. */
async function complete(...words: string[]): Promise<string[]> {
  const { stdout } = await runLoomcycle(['complete', '--', ...words], { cwd: home });
  const lines = stdout.trim().split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t')[0]!);
}

test('commands, subcommands, options and what an option takes', async () => {
  expect(await complete('do')).toEqual(['doctor']);
  expect(await complete('mcp', '')).toContain('install');
  expect(await complete('validate', '--con')).toEqual(['--config']);
  expect(await complete('mcp', 'install', '--client', 'v')).toEqual(['vscode']);
});

test('names that only we know: bundles and ops', async () => {
  expect(await complete('--bundle', 'weekly')).toEqual(['weekly-reporter']);
  expect(await complete('call', 'document.list_do')).toEqual(['document.list_documents']);
});

test('files, and what is in a folder', async () => {
  expect(await complete('import', 'pl')).toEqual(['plans/a.md']);
  expect(await complete('validate', '--config', 'plans/')).toEqual(['plans/a.md']);
});

test.each(['bash', 'zsh', 'fish'])('a script for %s', async (shell) => {
  const { code, stdout } = await runLoomcycle(['completion', shell], { cwd: home });
  expect(code).toBe(0);
  expect(stdout).toContain(shell === 'zsh' ? '#compdef loomcycle' : `# ${shell} completion for loomcycle`);
});

test('2 for a shell that is none', async () => {
  expect((await runLoomcycle(['completion', 'tcsh'], { cwd: home })).code).toBe(2);
});

test.skipIf(!existsSync(BASH_COMPLETION))('bash completes a line by the script', () => {
  const bin = path.join(home, 'loomcycle');
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(bin, 0o755);
  const script = `. ${BASH_COMPLETION}
eval "$(loomcycle completion bash)"
compopt() { :; } # speaks to the line editor, and there is none
COMP_LINE='loomcycle mcp install --client cu' COMP_POINT=\${#COMP_LINE} COMP_WORDS=(loomcycle mcp install --client cu) COMP_CWORD=4
__loomcycle_complete loomcycle
echo "\${COMPREPLY[*]}"`;
  const env = { PATH: `${home}:${process.env.PATH}` };
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { cwd: home, env, encoding: 'utf8' });
  expect(stdout, stderr).toBe('cursor\n');
});
