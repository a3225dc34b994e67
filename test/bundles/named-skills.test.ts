import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkSetup } from '../../src/bundles/setup.js';
import { loadLayers } from '../../src/config/layers.js';
import { problemText } from '../../src/config/error.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
  files.write('kit/loomcycle.yaml', `bundle: { name: kit, version: 1.0.0, description: A kit }\n${DENN}`);
  skill('kit/skills', 'summarise');
  skill('kit/skills', 'translate', 'allowed_tools: [Document, Memory]\n');
});
afterEach(() => files.remove());

function skill(folder: string, name: string, more = ''): string {
  return files.write(`${folder}/${name}/SKILL.md`, `---\nname: ${name}\ndescription: When to use it\n${more}---\nDo it well.\n`);
}

const RESIDENT = '    resident: true\n    code: x\n    principal: denn\n    subscribe: [{ topic: x }]\n';

/** The warnings about an agent with these lines, on top of the bundle. */
function warnings(lines: string, env: NodeJS.ProcessEnv = {}): string[] {
  const top = files.write('top.yaml', `include: [kit/loomcycle.yaml]\nagents:\n  helper:\n${lines}`);
  const texts = checkSetup(loadLayers([top], env), env).warnings.map(problemText).filter((text) => !text.includes('no effect'));
  return texts.flatMap((text) => files.lines(text));
}

test('a skill that there is not is named with its place and the nearest one', () => {
  expect(warnings('    skills: [summarise, transalte]\n')).toEqual([
    'top.yaml:4:25: agents.helper.skills[1]: there is no skill "transalte"; did you mean "translate"?',
  ]);
  expect(warnings('    skills: [juggle]\n')).toEqual(['top.yaml:4:14: agents.helper.skills[0]: there is no skill "juggle"; known are summarise, translate']);
});

test('it hinders the start where the agent is a resident', () => {
  expect(files.errors(() => warnings(`${RESIDENT}    skills: [sumarise]\n`))).toEqual([
    'top.yaml:8:14: agents.helper.skills[0]: there is no skill "sumarise"; did you mean "summarise"?',
  ]);
});

test('a skill that works with tools that the agent does not have is named with them', () => {
  expect(warnings('    allowed_tools: [Document, Context]\n    skills: [summarise, translate]\n')).toEqual([
    'top.yaml:5:25: agents.helper.skills[1]: the skill "translate" works with Memory, which allowed_tools of the agent does not have',
  ]);
  expect(warnings('    allowed_tools: [Doc*, Memory]\n    skills: [translate]\n')).toEqual([]);
});

test('what is no list of names is wrong at its place', () => {
  expect(files.errors(() => warnings('    skills: summarise\n'))).toEqual([expect.stringMatching(/^top\.yaml:4:13: agents\.helper\.skills: .*expected array/)]);
  expect(files.errors(() => warnings('    skills: [3]\n'))).toEqual([expect.stringMatching(/^top\.yaml:4:14: agents\.helper\.skills\[0\]: .*expected string/)]);
  expect(warnings('    skills: null\n')).toEqual([]);
});

test('folders in LOOMCYCLE_SKILLS_ROOT count, after those of the bundles', () => {
  const own = skill('mine', 'juggle');
  const env = { LOOMCYCLE_SKILLS_ROOT: own.replace(/\/juggle\/.*/, '') };
  expect(warnings('    skills: [juggle, summarise]\n', env)).toEqual([]);
  skill('mine', 'summarise');
  expect(warnings('    skills: [summarise]\n', env)).toEqual([
    expect.stringMatching(/^mine\/summarise\/SKILL\.md: the skill "summarise" replaces .*kit\/skills\/summarise\/SKILL\.md of the bundle "kit"$/),
  ]);
  const gone = { LOOMCYCLE_SKILLS_ROOT: '/no/such/folder' };
  expect(files.errors(() => warnings('    skills: []\n', gone))).toEqual(['LOOMCYCLE_SKILLS_ROOT names /no/such/folder, which is no folder']);
});
