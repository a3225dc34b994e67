import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { briefOf, parseBody, renderBody } from '../../agents/drafter/layout.js';
import type { Draft } from '../../agents/drafter/layout.js';

const line = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, '')),
  fc.constantFrom('---', '### Brief', '### Mastodon', '### Bluesky', '\\---', '\\\\### Brief', '--- ', '# Title', ''),
);
const lines = fc.array(line, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('\n'));
const text = lines.map((value) => value.trim()).filter((value) => value !== '');
const brief = fc.option(lines.filter((value) => value.trim() !== ''), { nil: undefined });
const draft: fc.Arbitrary<Draft> = fc.oneof(
  fc.array(text.map((value) => ({ text: value })), { minLength: 1, maxLength: 5 }).map((posts) => ({ posts })),
  fc.tuple(text, text).map(([mastodon, bluesky]): Draft => ({
    posts: [{ network: 'mastodon', text: mastodon }, { network: 'bluesky', text: bluesky }],
  })),
);

describe('the layout of a body', () => {
  it('gives draft and brief back', () => {
    fc.assert(
      fc.property(draft, brief, (d, b) => {
        expect(parseBody(renderBody(d, b))).toEqual(b === undefined ? { draft: d } : { draft: d, brief: b });
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps the brief once when a body is drafted again and again', () => {
    fc.assert(
      fc.property(lines.filter((value) => value.trim() !== '' && !/^### Brief\s*$/m.test(value)), fc.array(draft, { minLength: 1, maxLength: 3 }), (first, drafts) => {
        const body = drafts.reduce((before, next) => renderBody(next, briefOf(before)), first);
        expect(briefOf(body)).toBe(first);
      }),
    );
  });

  it('reads the shapes that the console shows', () => {
    expect(renderBody({ posts: [{ text: 'One.' }, { text: 'Two.' }] }, 'Angle: a.')).toBe('One.\n\n---\n\nTwo.\n\n### Brief\n\nAngle: a.');
    expect(renderBody({ posts: [{ network: 'mastodon', text: 'M' }, { network: 'bluesky', text: 'B' }] })).toBe('### Mastodon\n\nM\n\n### Bluesky\n\nB');
  });

  it('reads a body whose blank lines and line ends a person has changed', () => {
    expect(parseBody('One.\r\n---\r\nTwo.\r\n### Brief\r\nAngle: a.\r\n')).toEqual({
      draft: { posts: [{ text: 'One.' }, { text: 'Two.' }] },
      brief: 'Angle: a.\r\n',
    });
  });

  it('takes a body without a brief section as the brief, and a blank one as none', () => {
    expect(briefOf('Angle: a.\n')).toBe('Angle: a.\n');
    expect(briefOf(' \n')).toBeUndefined();
    expect(briefOf('Draft.\n\n### Brief\n')).toBeUndefined();
  });
});
