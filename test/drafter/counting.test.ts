import { describe, expect, it } from 'vitest';
import { checkDraft, countText, fitsNetwork } from '../../agents/drafter/platforms.js';

const FAMILY = '👨‍👩‍👧‍👦';
const URL_60 = `https://example.org/${'a'.repeat(40)}`;

describe('countText', () => {
  it.each([
    ['a URL as 23', `see ${URL_60}`, 4 + 23],
    ['a short URL as 23 too', 'https://t.co/a', 23],
    ['two URLs as 46', `${URL_60} ${URL_60}`, 46 + 1],
    ['a domain without a protocol in full', 'example.org', 11],
    ['a remote mention without its server', 'hi @ines@mastodon.example!', 'hi @ines!'.length],
    ['a family emoji as one', FAMILY, 1],
    ['text around a URL in graphemes', `é${FAMILY} ${URL_60} é`, 1 + 1 + 1 + 23 + 1 + 1],
  ])('mastodon counts %s', (_, text, count) => {
    expect(countText.mastodon(text)).toBe(count);
  });

  it.each([
    ['a URL in full', URL_60, 60],
    ['a family emoji as one', FAMILY.repeat(3), 3],
    ['a decomposed letter as one', 'e\u0301', 1],
    ['a flag as one', '🇪🇺', 1],
  ])('bluesky counts %s', (_, text, count) => {
    expect(countText.bluesky(text)).toBe(count);
  });

  it.each([
    ['a URL as 23', `see ${URL_60}`, 4 + 23],
    ['a CJK character as 2', '你好世界', 8],
    ['a family emoji as 2', FAMILY, 2],
    ['Latin letters as 1', 'naïve', 5],
  ])('x counts %s', (_, text, count) => {
    expect(countText.x(text)).toBe(count);
  });

  it('linkedin counts UTF-16 units', () => {
    expect(countText.linkedin('a😀')).toBe(3);
  });
});

describe('fitsNetwork', () => {
  it.each([
    ['mastodon', 500],
    ['bluesky', 300],
    ['x', 280],
    ['linkedin', 3000],
  ] as const)('%s takes %i letters and no more', (network, ceiling) => {
    expect(fitsNetwork(network, 'a'.repeat(ceiling))).toBe(true);
    expect(fitsNetwork(network, 'a'.repeat(ceiling + 1))).toBe(false);
  });

  it('bluesky refuses 300 graphemes of more than 3000 bytes', () => {
    expect(fitsNetwork('bluesky', FAMILY.repeat(120))).toBe(true);
    expect(fitsNetwork('bluesky', FAMILY.repeat(121))).toBe(false);
  });
});

describe('checkDraft', () => {
  const link = 'https://example.org/blog/a';
  const rules = (platform: Parameters<typeof checkDraft>[0], body: string) =>
    checkDraft(platform, body, link).map(({ network, post, rule, by }) => ({ network, post, rule, by }));
  const thread = (...tweets: string[]) => tweets.join('\n\n---\n\n');

  it('accepts a pair, a thread and a single text', () => {
    expect(rules('mastodon+bluesky', `### Mastodon\n\nOne. ${link}\n\n### Bluesky\n\nTwo. ${link}`)).toEqual([]);
    expect(rules('x', thread('One.', 'Two.', 'Three.', `Four. ${link}`))).toEqual([]);
    expect(rules('linkedin', `One.\n\n${link}\n\n### Brief\n\n${'long '.repeat(1000)}`)).toEqual([]);
  });

  it('says which post is too long and by how much', () => {
    const body = thread('One.', `${'b'.repeat(281)}`, 'Three.', `Four. ${link}`);
    expect(rules('x', body)).toEqual([{ network: 'x', post: 2, rule: 'too_long', by: 1 }]);
    expect(checkDraft('x', body, link)[0]?.message).toBe('Post 2 for x counts 281, 1 over the ceiling of 280.');
  });

  it('names the network that a pair lacks', () => {
    expect(rules('mastodon+bluesky', `### Mastodon\n\nOne. ${link}`)).toEqual([{ network: 'bluesky', post: 0, rule: 'missing' }]);
  });

  it('wants the link in the last tweet', () => {
    expect(rules('x', thread(`One. ${link}`, 'Two.', 'Three.', 'Four.'))).toEqual([{ network: 'x', post: 4, rule: 'link_missing' }]);
  });

  it('accepts any address where no link is given, and misses one otherwise', () => {
    expect(checkDraft('bluesky', 'Read https://example.net/x')).toEqual([]);
    expect(checkDraft('bluesky', 'Read on.').map((problem) => problem.rule)).toEqual(['link_missing']);
  });

  it('refuses an address other than the link', () => {
    expect(rules('linkedin', `${link} https://evil.example/`)).toEqual([{ network: 'linkedin', post: 1, rule: 'other_link' }]);
  });

  it('counts the tweets of a thread', () => {
    expect(rules('x', thread('One.', 'Two.', `Three. ${link}`))).toEqual([{ network: 'x', post: 0, rule: 'too_few_posts', by: 1 }]);
    const six = thread('One.', 'Two.', 'Three.', 'Four.', 'Five.', `Six. ${link}`);
    expect(rules('x', six)).toEqual([{ network: 'x', post: 0, rule: 'too_many_posts', by: 1 }]);
  });

  it('finds an empty tweet and an empty body', () => {
    expect(rules('x', thread('One.', '', 'Three.', `Four. ${link}`))).toEqual([{ network: 'x', post: 2, rule: 'empty' }]);
    expect(rules('linkedin', '')).toEqual([{ network: 'linkedin', post: 0, rule: 'missing' }]);
  });
});
