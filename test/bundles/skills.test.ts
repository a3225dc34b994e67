import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBundle, listBundles, readManifest } from '../../src/bundles/directory.js';
import { loadSkills } from '../../src/bundles/skills.js';

let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-bundles-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(file: string, text: string): string {
  const full = path.join(home, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

function bundle(name: string, folder = 'mine'): string {
  return write(`${folder}/${name}/loomcycle.yaml`, `bundle: { name: ${name}, version: 1.0.0, description: A bundle }\n`);
}

function skill(of: string, name: string, text = `---\nname: ${name}\ndescription: When to use it\n---\nDo it well.\n`): string {
  return write(`mine/${of}/skills/${name}/SKILL.md`, text);
}

const folders = () => ({ operator: path.join(home, 'mine'), shipped: path.join(home, 'shipped') });

test('skills are found next to the bundle that brings them, of any number of bundles', () => {
  const stack = [bundle('one'), bundle('two')].map((file) => readManifest(file));
  skill('one', 'first', '---\nname: first\ndescription: The first\nallowed_tools: Document, Memory\n---\n\nDo it well.\n');
  skill('two', 'second');
  const { skills, warnings } = loadSkills(stack);
  expect(warnings).toEqual([]);
  expect(skills).toMatchObject([
    { name: 'first', bundle: 'one', allowedTools: ['Document', 'Memory'], body: 'Do it well.' },
    { name: 'second', bundle: 'two', description: 'When to use it' },
  ]);
});

test('of two skills with one name the later counts, with a warning that names both', () => {
  const stack = [bundle('one'), bundle('two')].map((file) => readManifest(file));
  const [earlier, later] = [skill('one', 'same'), skill('two', 'same')];
  const { skills, warnings } = loadSkills(stack);
  expect(skills).toMatchObject([{ bundle: 'two' }]);
  expect(warnings).toMatchObject([{ origin: { file: later }, message: expect.stringContaining(earlier) as string }]);
});

test('a skill that cannot be used is an error at its place, and all come at once', () => {
  const manifest = readManifest(bundle('one'));
  skill('one', 'bare', 'No front matter.\n');
  skill('one', 'empty', '---\nname: empty\ndescription: Says nothing\n---\n');
  skill('one', 'other', '---\nname: another\ndescription: Has two names\n---\nText.\n');
  skill('one', 'short', '---\nname: short\n---\nText.\n');
  mkdirSync(path.join(home, 'mine/one/skills/without'), { recursive: true });
  const load = () => loadSkills([manifest]);
  expect(load).toThrow(/bare\/SKILL\.md:1:1: must begin with front matter/);
  expect(load).toThrow(/empty\/SKILL\.md: has no guidance/);
  expect(load).toThrow(/other\/SKILL\.md:2:7: name: the skill is called "another" and its folder "other"/);
  expect(load).toThrow(/short\/SKILL\.md:1:1: description: is missing/);
  expect(load).toThrow(/without: has no SKILL\.md/);
});

test('a key of a skill that has no effect is a warning with the nearest one', () => {
  const manifest = readManifest(bundle('one'));
  skill('one', 'typo', '---\nname: typo\ndescription: Has a typo\nallowed-tools: Document\n---\nText.\n');
  expect(loadSkills([manifest]).warnings).toMatchObject([{ message: 'allowed-tools: has no effect; did you mean "allowed_tools"?' }]);
});

test("the operator's bundle hides a shipped one of the same name; one that cannot be read says why", () => {
  const own = bundle('one');
  bundle('one', 'shipped');
  bundle('two', 'shipped');
  write('mine/bad/loomcycle.yaml', 'storage: {}\n');
  const listed = listBundles(folders());
  expect(listed.map(({ name, from }) => [name, from])).toEqual([['bad', 'operator'], ['one', 'operator'], ['two', 'shipped']]);
  expect(listed[0]!.problems).toMatchObject([{ message: expect.stringContaining('has no key bundle') as string }]);
  expect(findBundle('one', folders())).toBe(own);
  expect(() => findBundle('ones', folders())).toThrow('there is no bundle "ones"; did you mean "one"?');
});
