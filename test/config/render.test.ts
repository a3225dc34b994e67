import fc from 'fast-check';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadLayers } from '../../src/config/layers.js';
import { renderConfig } from '../../src/config/render.js';
import { ROOT } from '../support/server.js';
import { ConfigFiles } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

test('the merged result, with the file and line of every leaf', () => {
  const first = files.write('a.yaml', 'storage:\n  workers: 2\n  synchronous: FULL\nagents: {}\n');
  const second = files.write('b.yaml', '\nstorage: { workers: 3 }\nlist:\n  - x\n  - { y: null }\n');
  const layers = loadLayers([first, second], {});
  expect(files.lines(renderConfig(layers, { origin: true }))).toEqual([
    'storage:',
    '  workers: 3 # b.yaml:2',
    '  synchronous: FULL # a.yaml:3',
    'agents: {} # a.yaml:4',
    'list:',
    '  - x # b.yaml:4',
    '  - y: null # b.yaml:5',
    '',
  ]);
  expect(renderConfig(layers)).not.toContain('#');
});

test('what ships renders with its origins: three files, each leaf from one', () => {
  const text = renderConfig(loadLayers([path.join(ROOT, 'loomcycle.yaml')], {}), { origin: true });
  expect(text).toMatch(/every: 5m # bundles\/social-drafter\/loomcycle.yaml:\d+\n/);
  expect(text).toMatch(/every: 15m # bundles\/weekly-reporter\/loomcycle.yaml:\d+\n/);
  expect(text).toMatch(/synchronous: FULL # loomcycle.yaml:\d+\n/);
});

test('secrets are masked: by key, by variable, in headers and in addresses', () => {
  const text = `
webhooks: { w: { auth: { kind: hmac, signing_secret: s1, bearer_token_env: LOOMCYCLE_NAME }, user_credentials: { github: s2 } } }
models: { m: { api_key: s3, Password: s4, auth: s0, max_tokens: 100 } }
mcp_servers: { x: { headers: { Authorization: s5 }, env: { X: "a \${LOOMCYCLE_TOKEN_DENN}" }, url: "https://u:s7@host/p", other: "\${LOOMCYCLE_PLAIN}" } }
storage: { pg_dsn: s8 }
memory: { entries: [{ key: visible, value: "\${GITHUB_TOKEN}" }] }
principals: { p: { token_env: LOOMCYCLE_TOKEN_P } }
`;
  const env = { LOOMCYCLE_TOKEN_DENN: 's6', GITHUB_TOKEN: 's9', LOOMCYCLE_PLAIN: 'plain' };
  const rendered = renderConfig(loadLayers([files.write('a.yaml', text)], env), { origin: true });
  expect(rendered).not.toMatch(/\bs\d\b/);
  expect(parse(rendered)).toEqual({
    webhooks: { w: { auth: { kind: 'hmac', signing_secret: '***', bearer_token_env: 'LOOMCYCLE_NAME' }, user_credentials: { github: '***' } } },
    models: { m: { api_key: '***', Password: '***', auth: '***', max_tokens: 100 } },
    mcp_servers: { x: { headers: { Authorization: '***' }, env: { X: '***' }, url: 'https://u:***@host/p', other: 'plain' } },
    storage: { pg_dsn: '***' },
    memory: { entries: [{ key: 'visible', value: '***' }] },
    principals: { p: { token_env: 'LOOMCYCLE_TOKEN_P' } },
  });
});

/** What stands under such a key is masked. */
const SECRET = /^(key|token|secret|auth|dsn|pepper)$/i;

test('property: with and without origins, what is rendered reads back as what was merged', () => {
  const key = fc.oneof(fc.constantFrom('a', 'b c', '#', '1', ''), fc.string({ maxLength: 6 }).filter((text) => text !== '<<' && !text.includes('_') && !SECRET.test(text)));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', ':', '#', '-', '"', "'", '{', '|', '>') }), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('x', 'y', 'z'), value), (tree) => {
      const layers = loadLayers([files.write('a.yaml', JSON.stringify(tree))], {});
      expect(parse(renderConfig(layers))).toEqual(tree);
      expect(parse(renderConfig(layers, { origin: true }))).toEqual(tree);
    }),
    { numRuns: 200 },
  );
});
