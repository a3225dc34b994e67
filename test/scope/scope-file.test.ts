import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileNameOf, scopeFile, scopeKey } from '../../src/scope/scope.js';

test('the user scope of denn in the shared tenant is data/sqlmem/default/user/denn.db', () => {
  expect(scopeFile('data', scopeKey({ tenant: 'default', kind: 'user', id: 'denn' }))).toBe('data/sqlmem/default/user/denn.db');
});

test('two ids never share a file, not even where the file system folds case', () => {
  const id = fc.oneof(fc.string(), fc.string({ unit: 'grapheme', maxLength: 300 }), fc.constantFrom('denn', 'Denn', 'DENN', 'a.sql', 'a', '..', '', '%', 'a/b'));
  fc.assert(
    fc.property(id, id, (a, b) => {
      // A lone surrogate has no UTF-8 form of its own.
      fc.pre(isUtf8(a) && isUtf8(b) && a !== b);
      expect(fileNameOf(a).toLowerCase()).not.toBe(fileNameOf(b).toLowerCase());
    }),
    { numRuns: 2000 },
  );
});

test('a name is one plain path segment', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (id) => {
      const name = fileNameOf(id);
      expect(name).toMatch(/^[a-z0-9_%~A-F-]+$/);
      expect(name.length).toBeLessThan(200);
    }),
  );
});

function isUtf8(text: string): boolean {
  return Buffer.from(text).toString() === text;
}
