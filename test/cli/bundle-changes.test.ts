import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigFiles, DENN } from '../support/config-files.js';
import { ROOT } from '../support/server.js';

let files: ConfigFiles;
beforeAll(() => {
  files = new ConfigFiles();
  files.write('loomcycle.yaml', DENN);
  cpSync(path.join(ROOT, 'bundles/document-agent'), path.join(files.home, 'copies/document-agent'), { recursive: true });
});
afterAll(() => files.remove());

function loomcycle(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const main = path.join(ROOT, 'dist/src/cli/main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: files.home, env: { PATH: process.env.PATH }, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

test('bundle check names what is wrong and ends with 2; all that ship are in order', () => {
  const all = loomcycle('bundle', 'check');
  expect([all.code, all.stdout]).toEqual([0, 'OK: document-agent 1.0.0\nOK: social-drafter 1.0.0\nOK: weekly-reporter 1.0.0\n']);
  files.write('wrong/loomcycle.yaml', 'bundle: { name: wrong, version: 1.0.0, description: Wrong }\nmodels: {}\n');
  const wrong = loomcycle('bundle', 'check', 'wrong');
  expect(wrong).toMatchObject({ code: 2, stdout: 'NOT OK: wrong 1.0.0, 3 problems\n', stderr: expect.stringContaining('wrong/loomcycle.yaml:2:1: models: a bundle names no provider') as string });
  const asJson = loomcycle('bundle', 'check', 'wrong', '--json');
  expect(asJson.code).toBe(2);
  expect(JSON.parse(asJson.stdout)).toMatchObject([{ ok: false, name: 'wrong', problems: [expect.stringContaining('models'), expect.stringContaining('README.md'), expect.stringContaining('examples')] }]);
  expect(loomcycle('bundle', 'check', 'document-agnt')).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "document-agent"?') as string });
});

test('bundle add puts one where --bundle finds it before the one that ships; remove takes it away again', () => {
  expect(loomcycle('bundle', 'add', 'wrong')).toMatchObject({ code: 2 });
  expect(existsSync(path.join(files.home, 'bundles/wrong'))).toBe(false);
  expect(loomcycle('bundle', 'add', 'copies/document-agent')).toMatchObject({ code: 0, stdout: expect.stringContaining('added bundles/document-agent: start with --bundle document-agent') as string });
  expect(loomcycle('bundle', 'add', 'copies/document-agent')).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') as string });
  const listed = JSON.parse(loomcycle('bundle', 'list', '--json').stdout) as { name: string; from: string }[];
  expect(listed.find(({ name }) => name === 'document-agent')).toMatchObject({ from: 'operator' });

  files.write('loomcycle.yaml', `include: [bundles/document-agent/loomcycle.yaml]\n${DENN}`);
  expect(loomcycle('bundle', 'remove', 'document-agent')).toMatchObject({ code: 2, stderr: expect.stringContaining('the configuration stacks the bundle') as string });
  files.write('loomcycle.yaml', DENN);
  expect(loomcycle('bundle', 'remove', 'document-agent')).toMatchObject({ code: 0, stdout: 'removed bundles/document-agent\n' });
  expect(existsSync(path.join(files.home, 'bundles/document-agent'))).toBe(false);
});

test('validate warns of a skill that an agent names and that there is not, with its place', () => {
  files.write('top.yaml', 'agents:\n  doc-manager:\n    skills: [md-imprt]\n');
  const { code, stderr } = loomcycle('validate', '--bundle', 'document-agent', '--config', 'loomcycle.yaml', '--config', 'top.yaml');
  expect(code).toBe(0);
  expect(stderr).toContain('warning: top.yaml:3:14: agents.doc-manager.skills[0]: there is no skill "md-imprt"; did you mean "md-import"?');
});
