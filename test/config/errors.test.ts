import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLayers } from '../../src/config/layers.js';
import { nearest } from '../../src/config/nearest.js';
import { validate } from '../../src/config/validate.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

function errors(...texts: string[]): string[] {
  const named = texts.map((text, at) => files.write(`${'abc'[at]}.yaml`, text));
  return files.errors(() => validate(loadLayers(named, {})));
}

test('all errors come at once, each with its place in the file that is the cause', () => {
  const first = `${DENN}storage:\n  workers: 99\n  idle_close: 5\n`;
  const second = 'agents:\n  a:\n    resident: true\n    code: x\n    principal: nobody\n    subscribe: []\n    every: 0s\nstorge: {}\nseed: { s: { principal: toString } }\n';
  expect(errors(first, second)).toEqual([
    'b.yaml:6:16: agents.a.subscribe: too small: expected array to have >=1 items',
    'b.yaml:7:12: agents.a.every: a number above 0 and ms, s, m, h or d, like 5m',
    'a.yaml:3:12: storage.workers: too big: expected number to be <=64',
    'a.yaml:4:15: storage.idle_close: invalid input: expected string, received number',
    'b.yaml:8:1: storge: there is no such key; did you mean "storage"?',
    'b.yaml:5:16: agents.a.principal: there is no principal "nobody"',
    'b.yaml:9:25: seed.s.principal: there is no principal "toString"',
  ]);
});

test('an unknown key names the nearest of those that can stand there, else all of them', () => {
  expect(errors(`${DENN}includ: []\nprincipals2: 1\nlog: { maxage: 1m, retention: 1 }\nagents: { a: { residnet: true } }\n`)).toEqual([
    'a.yaml:4:16: agents.a.residnet: there is no such key; did you mean "resident"?',
    'a.yaml:3:8: log.maxage: there is no such key; did you mean "max_age"?',
    'a.yaml:3:20: log.retention: there is no such key; known are max_age, max_events',
    'a.yaml:1:1: includ: there is no such key; did you mean "include"?',
    'a.yaml:2:1: principals2: there is no such key; did you mean "principals"?',
  ].map((line) => line.replace(/yaml:(\d+):/, (_all, number: string) => `yaml:${Number(number) + 1}:`)));
});

test('a required key that a later layer unsets is missing there', () => {
  expect(errors(DENN, 'principals:\n  denn:\n    subject: null\n')).toEqual(['b.yaml:3:14: principals.denn.subject: is missing']);
});

test('names, choices and alternatives are errors where they are written', () => {
  expect(errors('agents: { "a b": {} }\nchannels:\n  "a//b": { scope: all }\n  c: { scope: user, max_age: soon }\n')).toEqual([
    'a.yaml:1:11: agents."a b": invalid string: must match pattern /^[A-Za-z0-9_-]{1,128}$/',
    expect.stringMatching(/^a.yaml:3:3: channels.a\/\/b: a channel name has segments/),
    'a.yaml:4:30: channels.c.max_age: seconds, or a number above 0 and ms, s, m or h, like 5m',
  ]);
});

test('files that are no yaml are all named, with their places', () => {
  const found = errors('a: 1\na: 2\n', 'x: [\n', '- list\n');
  expect(found).toEqual([
    'a.yaml:2:1: Map keys must be unique',
    expect.stringMatching(/^b.yaml:2:1: /),
    'c.yaml:1:1: a configuration file must be a mapping',
  ]);
  expect(errors('a: !nonsense 1\n? [x]\n: 1\n')).toEqual(['a.yaml:1:4: Unresolved tag: !nonsense']);
  expect(errors('? [x]\n: 1\n')).toEqual(['a.yaml:1:3: a key must be a text']);
});

test('empty files and empty blocks say nothing', () => {
  expect(errors('', '# only a comment\n', 'storage:\nagents: ~\n')).toEqual([]);
});

test('nearest: one typing error in short words, more in long ones, a beginning, and nothing far off', () => {
  const keys = ['scope', 'scopes', 'synchronous', 'max_age'];
  expect(nearest('scpoe', keys)).toBe('scope');
  expect(nearest('sinchronus', keys)).toBe('synchronous');
  expect(nearest('MAX_AGE', keys)).toBe('max_age');
  expect(nearest('max', keys)).toBe('max_age');
  expect(nearest('banana', keys)).toBeUndefined();
});
