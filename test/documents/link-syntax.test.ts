import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linksOf, MAX_LINKS } from '../../src/documents/links/body-links.js';
import { MAX_TAG, tagsOf } from '../../src/documents/links/body-tags.js';
import { fold } from '../../src/documents/links/fold.js';
import { hideCode } from '../../src/documents/links/hide-code.js';

const links = (body: string): string[] => linksOf(body, hideCode(body)).map(({ kind, target }) => `${kind === 'embed' ? '!' : ''}${target}`);
const tags = (body: string, fields = {}): string[] => [...tagsOf(hideCode(body), fields).values()];

describe('links', () => {
  test.each([
    ['See [[Plan]] and [[ launch   day |the day]].', ['plan', 'launch day']],
    ['![[Plan]] [[Plan]] [[PLAN]]', ['!plan', 'plan']],
    ['| [[Plan\\|alias]] | x |', ['plan']],
    ['[[Plan#Day 1]] [[#Day 1]] [[C#]]', ['plan#day 1', '#day 1', 'c#']],
    ['[[a [b]]] [[x\\]]]', ['a [b]', 'x]']],
    ['[[The `foo` option]]', ['the `foo` option']],
    ['[[Überblick]] [[U\u0308BERBLICK]] [[東京 計画]] [[ΟΔΟΣ]]', ['überblick', '東京 計画', 'οδοσ']],
    ['[[a]][[b]] [[[c', ['a', 'b']],
    ['[[]] [[ ]] [[|x]] [[a\nb]] \\[[c]] [d] [[e]', []],
  ])('%j links to %j', (body, targets) => expect(links(body)).toEqual(targets));

  test.each([
    ['a code span', '`[[x]]` ``a ` [[x]]`` `two\nlines [[x]]`'],
    ['a fence', '```\n[[x]]\n```'],
    ['a fence of tildes with a shorter one inside', '~~~~ md\n~~~\n[[x]]\n```\n~~~~'],
    ['a fence of a list', '- a\n\n  ```\n  [[x]]\n  ```'],
    ['a fence of a quote', '> ```\n> [[x]]\n> ```'],
    ['a fence without an end', 'a\n```\n[[x]]\n\n[[x]]'],
    ['a fence with CRLF', '```\r\n[[x]]\r\n```\r\n'],
    ['a comment', '<!-- [[x]]\n\n` [[x]] -->'],
    ['a comment without an end', 'a\n<!-- [[x]]\n\n[[x]]'],
  ])('%s holds none', (_where, body) => {
    expect(links(body)).toEqual([]);
    expect(tags(body.replaceAll('[[x]]', '#x'))).toEqual([]);
  });

  test.each([
    ['a backtick alone', 'a ` b [[x]]'],
    ['a span that a blank line cuts', '`a\n\n[[x]]`'],
    ['runs of unequal length', '``a` [[x]]'],
    ['an escaped backtick', '\\`[[x]]\\`'],
    ['the end of a fence', '```\na\n```\n[[x]]'],
    ['the end of a quote with an open fence', '> ```\n> a\n\n[[x]]'],
    ['a closed comment', '<!-- a --> [[x]]'],
    ['an open comment in mid line', 'a <!-- [[x]]'],
    ['three backticks in a line', '``` a ``` [[x]]'],
  ])('%s hides none', (_where, body) => expect(links(body)).toEqual(['x']));

  test(`of one body are at most ${MAX_LINKS}`, () => {
    expect(links(Array.from({ length: MAX_LINKS + 5 }, (_, n) => `[[t${n}]]`).join(' '))).toHaveLength(MAX_LINKS);
  });
});

describe('tags', () => {
  test.each([
    ['#launch, (#Day-1) #a/b_c\n#start **#bold** "#q"', {}, ['launch', 'Day-1', 'a/b_c', 'start', 'bold', 'q']],
    ['#Launch #launch #LAUNCH', {}, ['Launch']],
    ['#été #東京 #план #हिन्दी #2026q1', {}, ['été', '東京', 'план', 'हिन्दी', '2026q1']],
    ['#a/ #b. #c: #d//e', {}, ['a', 'b', 'c', 'd']],
    ['# heading\n## two\n#1 #42 # ## #- a#b ##c &#x27; \\#no', {}, []],
    ['`#fff` https://x.org/a#frag <https://x.org/#frag> www.x.org/#frag', {}, []],
    ['[#text](#dest) ![x](a.png#b "#t") [[Plan #day]] [[#day]] <a href="#x" class=\' #y\'>\n[ref]: #dest', {}, []],
    ['#body', { tags: ['list', '#Body', ' two  words ', '', 7, null] }, ['list', 'Body', 'two words']],
    ['x', { tags: 'none' }, []],
    [`#${'x'.repeat(MAX_TAG)} #${'y'.repeat(MAX_TAG + 1)}`, {}, ['x'.repeat(MAX_TAG)]],
  ])('%j with %j has %j', (body, fields, expected) => expect(tags(body, fields)).toEqual(expected));
});

test('two titles that differ in case, composition or white space are one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const folded = fold(text);
      for (const same of [text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFC'), ` ${text}\t`, folded]) {
        expect(fold(same)).toBe(folded);
      }
    }),
  );
});

test('places in what is shown are places in the body, and what is shown stays as it is', () => {
  const piece = fc.constantFrom('`', '``', '```', '~~~', '\n', '\n\n', '> ', '- ', '<!--', '-->', '\\', '[[a]]', '#b', ' ', 'é', '😀', '\r\n');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const body = pieces.join('');
      const shown = hideCode(body);
      expect(shown).toHaveLength(body.length);
      for (let n = 0; n < body.length; n += 1) expect([body[n], ' ']).toContain(shown[n]);
    }),
    { numRuns: 500 },
  );
});
