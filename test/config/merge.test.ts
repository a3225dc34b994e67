import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { originText } from '../../src/config/error.js';
import { loadLayers, type Layers } from '../../src/config/layers.js';
import { overrideText } from '../../src/config/merge.js';
import { toValue } from '../../src/config/tree.js';
import { ConfigFiles } from '../support/config-files.js';

let files: ConfigFiles;
beforeEach(() => {
  files = new ConfigFiles();
});
afterEach(() => files.remove());

const STRICT = { LOOMCYCLE_CONFIG_STRICT: '1' };

function layers(...texts: string[]): Layers {
  return loadLayers(texts.map((text, at) => files.write(`${'abc'[at]}.yaml`, text)), {});
}

function overrides({ overrides: all }: Layers): string[] {
  return all.flatMap((each) => files.lines(overrideText(each)));
}

test('mappings merge by key, lists and scalars are replaced', () => {
  const merged = layers('x: { a: 1, l: [1, 2], deep: { k: old, kept: 1 } }\n', 'x: { l: [3], deep: { k: new }, b: 2 }\n');
  expect(toValue(merged.tree)).toEqual({ x: { a: 1, l: [3], deep: { k: 'new', kept: 1 }, b: 2 } });
});

test('every replaced leaf is recorded with both places, in order; equal values and new keys are not', () => {
  const merged = layers('x:\n  a: 1\n  same: [1]\n  b: 2\n', 'x:\n  b: 3\n  a: 4\n  same: [1]\n  new: 1\n', 'x: { a: 5 }\n');
  expect(overrides(merged)).toEqual([
    'x.b: b.yaml:2:6 replaces a.yaml:4:6',
    'x.a: b.yaml:3:6 replaces a.yaml:2:6',
    'x.a: c.yaml:1:9 replaces b.yaml:3:6',
  ]);
});

test('a mapping that gives way is recorded leaf by leaf, and so is what gives way to one', () => {
  expect(overrides(layers('x: { a: 1, b: { c: 2 } }\ny: 1\n', 'x: 7\ny: { z: 1 }\n'))).toEqual([
    'x.a: b.yaml:1:4 replaces a.yaml:1:9',
    'x.b.c: b.yaml:1:4 replaces a.yaml:1:20',
    'y: b.yaml:2:4 replaces a.yaml:2:4',
  ]);
});

test('null unsets, and what comes after it begins anew', () => {
  const unset = layers('x: { a: 1, b: 2 }\n', 'x: { a: null }\n');
  expect(toValue(unset.tree)).toEqual({ x: { b: 2 } });
  expect(overrides(unset)).toEqual(['x.a: b.yaml:1:9 replaces a.yaml:1:9']);
  expect(toValue(layers('x: { a: 1 }\n', 'x: ~\n', 'x: { b: 2 }\n').tree)).toEqual({ x: { b: 2 } });
});

test('strict: any replaced leaf is an error, and all are listed', () => {
  const two = [files.write('a.yaml', 'x: { a: 1, b: [2] }\n'), files.write('b.yaml', 'x: { a: 2, b: [3] }\n')];
  expect(files.errors(() => loadLayers(two, STRICT))).toEqual([
    'LOOMCYCLE_CONFIG_STRICT=1 refuses what one file replaces of another (2):',
    'b.yaml:1:9: x.a: replaces a.yaml:1:9',
    'b.yaml:1:15: x.b: replaces a.yaml:1:15',
  ]);
  expect(() => loadLayers(two, { LOOMCYCLE_CONFIG_STRICT: '0' })).not.toThrow();
  expect(() => loadLayers(two.slice(1), STRICT)).not.toThrow();
});

const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(null), fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }));
const tree = fc.letrec<{ map: unknown }>((tie) => ({
  map: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof({ maxDepth: 3 }, leaf, tie('map')), { maxKeys: 3 }),
})).map;

/** The rule, said on plain values. */
function expected(earlier: unknown, later: unknown): unknown {
  const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(earlier) || !isMap(later)) return later;
  const keys = [...new Set([...Object.keys(earlier), ...Object.keys(later)])];
  return Object.fromEntries(keys.map((key) => [key, key in later ? (key in earlier ? expected(earlier[key], later[key]) : later[key]) : earlier[key]]));
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, each]) => (each === null ? [] : [[key, withoutNulls(each)]])));
}

test('property: any layers merge by the rule; merging a file with itself replaces nothing', () => {
  fc.assert(
    fc.property(fc.array(tree, { minLength: 1, maxLength: 3 }), (values) => {
      const merged = layers(...values.map((value) => JSON.stringify(value)));
      expect(toValue(merged.tree)).toEqual(withoutNulls(values.reduce(expected)));
      for (const { from, to } of merged.overrides) expect(originText(from)).not.toBe(originText(to));
      const same = JSON.stringify(values[0]);
      expect(layers(same, same).overrides).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
