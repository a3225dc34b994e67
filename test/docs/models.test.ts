import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../src/config/schema.js';
import { ROOT } from '../support/server.js';

test('every configuration in docs/MODELS.md is valid', () => {
  const guide = readFileSync(path.join(ROOT, 'docs/MODELS.md'), 'utf8');
  const examples = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml!);
  expect(examples.length).toBeGreaterThan(5);
  for (const yaml of examples) expect(configSchema.safeParse(parse(yaml)).error?.issues, yaml).toBeUndefined();
});
