import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { problemText } from '../../src/config/error.js';
import { loadLayers } from '../../src/config/layers.js';
import { toValue } from '../../src/config/tree.js';
import { validate } from '../../src/config/validate.js';
import { OWN_SECRETS } from '../../src/config/variables.js';
import { ConfigFiles, DENN } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

function read(text: string, env: NodeJS.ProcessEnv): { value: unknown; warnings: string[] } {
  const { tree, warnings } = loadLayers([files.write('a.yaml', text)], env);
  return { value: toValue(tree), warnings: warnings.flatMap((warning) => files.lines(problemText(warning))) };
}

test('variables with the prefix and the four others are replaced, within a text too', () => {
  const env = { LOOMCYCLE_A: 'x', BRAVE_API_KEY: 'b', GITHUB_TOKEN: 'g', SLACK_BOT_TOKEN: 's', REDIS_URL: 'r' };
  const { value, warnings } = read("k: '<${LOOMCYCLE_A}${LOOMCYCLE_A}>'\nl: ['${BRAVE_API_KEY}${GITHUB_TOKEN}${SLACK_BOT_TOKEN}${REDIS_URL}']\n", env);
  expect(value).toEqual({ k: '<xx>', l: ['bgsr'] });
  expect(warnings).toEqual([]);
});

test('a default stands in for what is unset or empty; without one there is nothing', () => {
  const text = 'a: ${LOOMCYCLE_A:-d}\nb: ${LOOMCYCLE_B:-}\nc: ${LOOMCYCLE_C}\nd: ${LOOMCYCLE_D:-x y:-z}\n';
  expect(read(text, { LOOMCYCLE_A: '', LOOMCYCLE_D: 'set' }).value).toEqual({ a: 'd', b: '', c: '', d: 'set' });
});

test('what is not allowed stays as it is, and the warning says where', () => {
  const { value, warnings } = read('a: ${HOME}\nb: x ${LOOMCYCLE_LINES:-y}\n', { HOME: '/root', LOOMCYCLE_LINES: 'a\nb' });
  expect(value).toEqual({ a: '${HOME}', b: 'x ${LOOMCYCLE_LINES:-y}' });
  expect(warnings).toEqual([
    'a.yaml:1:4: ${HOME} is left as it is: only variables that begin with LOOMCYCLE_ are replaced, and BRAVE_API_KEY, GITHUB_TOKEN, SLACK_BOT_TOKEN, REDIS_URL',
    'a.yaml:2:4: ${LOOMCYCLE_LINES} is left as it is: its value has more than one line',
  ]);
});

test.each([...OWN_SECRETS])('%s never gets into a configuration', (name) => {
  const { value, warnings } = read(`a: \${${name}:-d}\n`, { [name]: 'hidden' });
  expect(value).toEqual({ a: `\${${name}:-d}` });
  expect(warnings).toHaveLength(1);
});

test('what is for requests, and what is no reference, is not touched', () => {
  const text = 'a: ${run.user_bearer}\nb: ${run.credentials.k:-x}\nc: $LOOMCYCLE_A\nd: ${}\ne: ${1}\n"${LOOMCYCLE_A}": key # ${HOME}\n';
  const { value, warnings } = read(text, { LOOMCYCLE_A: 'x' });
  expect(value).toEqual({ a: '${run.user_bearer}', b: '${run.credentials.k:-x}', c: '$LOOMCYCLE_A', d: '${}', e: '${1}', '${LOOMCYCLE_A}': 'key' });
  expect(warnings).toEqual([]);
});

test('property: a value is text and nothing else, whatever it holds', () => {
  const hostile = fc.oneof(fc.string(), fc.constantFrom('a: b', '- x', '# c', '"', "'", '{x: 1}', '*a', '&a', '!path x', '${LOOMCYCLE_B}', 'null', '1'));
  fc.assert(
    fc.property(hostile.filter((value) => value !== '' && !/[\r\n]/.test(value)), (value) => {
      const env = { LOOMCYCLE_A: value, LOOMCYCLE_B: 'twice' };
      expect(read('before: 1\na: ${LOOMCYCLE_A}\nafter: [x]\n', env).value).toEqual({ before: 1, a: value, after: ['x'] });
    }),
    { numRuns: 100 },
  );
});

test('where a number or true is asked for, a variable is read as one; where text is, it stays text', () => {
  const text = `${DENN.replace('subject: denn', "subject: '${LOOMCYCLE_N}'")}storage: { workers: '\${LOOMCYCLE_N}' }\nchannels: { c: { scope: user, dead_letter: '\${LOOMCYCLE_B}', default_ttl: '\${LOOMCYCLE_N}' } }\n`;
  const file = files.write('a.yaml', text);
  const { config } = validate(loadLayers([file], { LOOMCYCLE_N: '4', LOOMCYCLE_B: 'false' }));
  expect(config.storage.workers).toBe(4);
  expect(config.principals.denn!.subject).toBe('4');
  expect(config.channels.get('c')).toMatchObject({ dead_letter: false, default_ttl: 4 });
  expect(files.errors(() => validate(loadLayers([file], { LOOMCYCLE_N: 'four', LOOMCYCLE_B: 'no' })))).toHaveLength(3);
});
