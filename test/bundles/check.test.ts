import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkBundle, type BundleReport } from '../../src/bundles/check.js';
import { problemText } from '../../src/config/error.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
  files.write('base.yaml', DENN);
});
afterEach(() => files.remove());

const manifest = (name: string, more = ''): string => `bundle:\n  name: ${name}\n  version: 1.0.0\n  description: A kit\n${more}`;

/** Writes a bundle with all its parts. @returns its file. */
function bundle(name: string, text = '', { folder = 'mine', manifestOf = manifest(name) } = {}): string {
  files.write(`${folder}/${name}/README.md`, '# Kit\n');
  files.write(`${folder}/${name}/examples/plan.md`, '# Plan\n');
  return files.write(`${folder}/${name}/loomcycle.yaml`, `${manifestOf}${text}`);
}

function check(file: string, base = path.join(files.home, 'base.yaml')): BundleReport {
  const folders = { operator: path.join(files.home, 'mine'), shipped: path.join(files.home, 'shipped') };
  return checkBundle(file, { folders, base: [base], env: {} });
}

function problems(file: string): string[] {
  return check(file).problems.map(problemText).flatMap((text) => files.lines(text));
}

const RESIDENT = 'agents:\n  helper:\n    resident: true\n    code: x\n    principal: denn\n    subscribe: [{ topic: x }]\n';

test('one with all its parts is in order, without any warning', () => {
  expect(check(bundle('kit', RESIDENT))).toMatchObject({ bundle: { name: 'kit', version: '1.0.0' }, problems: [], warnings: [] });
});

test('it carries no provider, no secret and no principal; names of variables and names that somebody chose are none', () => {
  const text = `principals: { ada: { subject: ada, scopes: [], token_env: LOOMCYCLE_TOKEN_ADA } }
models: { smart: { provider: anthropic, model: any } }
agents:
  model: { tier: low }
  token: { provider: anthropic, model: any, settings: { api_key: abc, key_env: MY_KEY, url: "https://me:pw@example.org" } }
channels: { secret: { scope: user } }
`;
  expect(problems(bundle('kit', text))).toEqual([
    'mine/kit/loomcycle.yaml:5:1: principals: a bundle declares none: the operator says who there is, and agents name one',
    'mine/kit/loomcycle.yaml:6:1: models: a bundle names no provider and no model: that is for the operator, who pays for it',
    'mine/kit/loomcycle.yaml:9:12: agents.token.provider: a bundle names no provider and no model: that is for the operator, who pays for it',
    'mine/kit/loomcycle.yaml:9:33: agents.token.model: a bundle names no provider and no model: that is for the operator, who pays for it',
    'mine/kit/loomcycle.yaml:9:66: agents.token.settings.api_key: looks like a secret: name the variable that holds it, under a key that ends in _env',
    'mine/kit/loomcycle.yaml:9:93: agents.token.settings.url: looks like a secret: name the variable that holds it, under a key that ends in _env',
  ]);
});

test('what begins runs by itself is switched off', () => {
  const text = 'scheduled_runs:\n  nightly: { agent: a, schedule: x }\n  weekly: { agent: a, schedule: x, enabled: false }\n';
  expect(problems(bundle('kit', text))).toEqual([
    'mine/kit/loomcycle.yaml:6:3: scheduled_runs.nightly: begins runs by itself, which may cost tokens: ship it with enabled: false',
  ]);
});

test('it is one file that names nothing outside its folder, and has a README and examples', () => {
  const file = bundle('kit', 'include: [../../base.yaml]\nseed:\n  kit:\n    principal: denn\n    documents: [examples/plan.md, examples/gone.md, ../../base.yaml]\n');
  rmSync(path.join(files.home, 'mine/kit/README.md'));
  rmSync(path.join(files.home, 'mine/kit/examples'), { recursive: true });
  files.write('mine/kit/examples/plan.md', '');
  expect(problems(file)).toEqual([
    'mine/kit/loomcycle.yaml:5:1: include: a bundle is one file: name other bundles under bundle.requires',
    'mine/kit/loomcycle.yaml:9:35: seed.kit.documents[1]: there is no examples/gone.md',
    expect.stringMatching(/^mine\/kit\/loomcycle\.yaml:9:53: seed\.kit\.documents\[2\]: base\.yaml lies outside the bundle/),
    'mine/kit: has no README.md: say in it what the bundle does and how it is used',
  ]);
});

test('its name is that of its folder, and without a manifest nothing else is looked at', () => {
  expect(problems(bundle('kit', '', { manifestOf: manifest('kits') }))).toEqual([
    'mine/kit/loomcycle.yaml:1:1: bundle.name: the bundle is called "kits" and its folder "kit": give both one name',
  ]);
  expect(problems(bundle('bare', 'storage: {}\n', { manifestOf: '' }))).toEqual(['mine/bare/loomcycle.yaml: has no key bundle: say its name, version and description there']);
});

test('its skills are in order, and those that its agents name are there', () => {
  const file = bundle('kit', 'agents: { helper: { skills: [tidi-up] } }\n');
  files.write('mine/kit/skills/tidy-up/SKILL.md', '---\nname: tidy-up\ndescription: How to\n---\nTidy up.\n');
  expect(problems(file)).toEqual(['mine/kit/loomcycle.yaml:5:30: agents.helper.skills[0]: there is no skill "tidi-up"; did you mean "tidy-up"?']);
  files.write('mine/kit/skills/tidy-up/SKILL.md', 'Tidy up.\n');
  expect(problems(file)).toEqual([expect.stringContaining('SKILL.md:1:1: must begin with front matter')]);
});

test('what it requires is found, with what that requires, and its skills count', () => {
  bundle('low');
  files.write('mine/low/skills/tidy-up/SKILL.md', '---\nname: tidy-up\ndescription: How to\n---\nTidy up.\n');
  bundle('middle', '', { manifestOf: manifest('middle', '  requires: [low]\n') });
  const kit = bundle('kit', 'agents: { helper: { skills: [tidy-up] } }\n', { manifestOf: manifest('kit', '  requires: [middle]\n') });
  expect(problems(kit)).toEqual([]);
  expect(problems(bundle('lost', '', { manifestOf: manifest('lost', '  requires: [lwo]\n') }))).toEqual([expect.stringContaining('there is no bundle "lwo"; did you mean "low"?')]);
});

test('a key that is wrong is named with its place', () => {
  expect(problems(bundle('kit', 'storage:\n  workerz: 1\n'))).toEqual(['mine/kit/loomcycle.yaml:6:3: storage.workerz: there is no such key; did you mean "workers"?']);
});

test('stacked on a configuration and the bundles that ship, what one replaces of another is a warning', () => {
  bundle('other', 'agents:\n  helper: { description: Another }\n', { folder: 'shipped' });
  const file = bundle('kit', `${RESIDENT.replace('denn', 'kim')}    description: One\n`);
  const { problems: wrong, warnings } = check(file);
  expect(wrong).toEqual([]);
  const texts = warnings.map(problemText).flatMap((text) => files.lines(text));
  expect(texts).toEqual([
    expect.stringMatching(/kit\/loomcycle\.yaml:9:16: stacked on .*base\.yaml: nobody declares the principal "kim"/),
    expect.stringMatching(/stacked on .*base\.yaml: agents\.helper\.description: .*mine\/kit\/loomcycle\.yaml:11:18 replaces .*shipped\/other\/loomcycle\.yaml:6:26$/),
  ]);
});

test('what makes the stack unusable is a problem, and says on what', () => {
  files.write('top.yaml', `${DENN}agents: { helper: { every: 0s } }\n`);
  const { problems: wrong } = check(bundle('kit', RESIDENT), path.join(files.home, 'top.yaml'));
  expect(wrong.map(problemText)).toEqual([expect.stringMatching(/top\.yaml:2:28: stacked on .*top\.yaml: agents\.helper\.every/)]);
});

test('a configuration that has another bundle of the name is left out of the stack, with a warning', () => {
  const shipped = bundle('kit', '', { folder: 'shipped' });
  const base = files.write('top.yaml', `include: [shipped/kit/loomcycle.yaml]\n${DENN}`);
  const { problems: wrong, warnings } = check(bundle('kit'), base);
  expect(wrong).toEqual([]);
  expect(warnings.map(problemText)).toEqual([expect.stringMatching(new RegExp(`not stacked on .*top\\.yaml, which has another bundle of this name: ${shipped}`))]);
});
