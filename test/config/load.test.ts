import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseEnv } from '../../src/config/auth-env.js';
import { loadSetup } from '../../src/bundles/setup.js';
import { ConfigError } from '../../src/config/error.js';
import { ROOT } from '../support/server.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'loomcycle-config-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function file(name: string, text: string): string {
  const full = path.join(home, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

const DENN = 'principals: { denn: { subject: denn, scopes: [substrate:admin], token_env: LOOMCYCLE_TOKEN_DENN } }\n';

test('the configuration that ships loads, with its agents', () => {
  const { config } = loadSetup([path.join(ROOT, 'loomcycle.yaml')]);
  expect(Object.keys(config.agents)).toEqual(['doc-manager', 'drafter', 'reporter']);
  expect(config.storage).toMatchObject({ synchronous: 'FULL' });
});

test.each([
  ['an unknown key', 'storge: {}\n', /storge/],
  ['an unknown principal', `${DENN}agents: { a: { resident: true, code: x, principal: nobody, subscribe: [{ topic: x }] } }\n`, /agents\.a\.principal: there is no principal "nobody"/],
  ['a principal that is only inherited', `${DENN}seed: { a: { principal: toString } }\n`, /seed\.a\.principal: there is no principal "toString"/],
  ['a pause of nothing', `${DENN}agents: { a: { resident: true, code: x, principal: denn, every: 0s, subscribe: [{ topic: x }] } }\n`, /agents\.a\.every/],
  ['nobody declared', 'principals: {}\n', /there is no open mode/],
  ['an unknown scope', 'principals: { a: { subject: a, scopes: [root], token_env: LOOMCYCLE_A } }\n', /principals\.a\.scopes\[0\]/],
  ['a foreign token_env', 'principals: { a: { subject: a, scopes: [], token_env: HOME } }\n', /must begin with LOOMCYCLE_/],
  ["the runtime's own secret", 'principals: { a: { subject: a, scopes: [], token_env: LOOMCYCLE_AUTH_TOKEN } }\n', /own secrets/],
  ['broken yaml', 'storage: [\n', /main\.yaml/],
  ['no mapping', '- a\n', /must be a mapping/],
  ['a loop of includes', 'include: [main.yaml]\n', /includes itself/],
  ['a missing include', 'include: [nowhere.yaml]\n', /nowhere\.yaml: cannot be read \(ENOENT\)/],
])('%s is refused, and the message names it', (_name, text, message) => {
  const main = file('main.yaml', text);
  expect(() => loadSetup([main])).toThrow(ConfigError);
  expect(() => loadSetup([main])).toThrow(message);
});

test('auth.env takes comments, export and one layer of quotes', () => {
  expect([...parseEnv('# c\nexport A="x y"\nB=\'q\'\r\nC=1=2\n\nnonsense\n')]).toEqual([
    ['A', 'x y'],
    ['B', 'q'],
    ['C', '1=2'],
  ]);
});
