import { describe, expect, it } from 'vitest';
import { DraftError } from '../../agents/drafter/draft-error.js';
import { renderBody } from '../../agents/drafter/layout.js';
import { hashtagsOf, writeOffline } from '../../agents/drafter/offline-writer.js';
import { checkDraft, PLATFORMS } from '../../agents/drafter/platforms.js';
import type { Platform } from '../../agents/drafter/platforms.js';
import { BRIEF, makePost, samplePosts } from './samples.js';

const posts = await samplePosts();
const cases = posts.flatMap((post) => PLATFORMS.map((platform) => ({ slug: post.slug, platform, post })));

/** A draft's text without what the writer may add: link, hashtags, thread numbers, ellipses. */
function ownText(text: string, link: string): string {
  return text.replaceAll(link, ' ').replaceAll(/#\S+/g, ' ').replace(/\n\n\d\/\d$/, '').replaceAll('…', ' ');
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

describe('writeOffline on the sample posts', () => {
  it.each(cases)('$slug on $platform keeps the rules and says only what the post says', ({ post, platform }) => {
    const draft = writeOffline({ post, platform, brief: BRIEF });
    expect(checkDraft(platform, renderBody(draft, BRIEF), post.link)).toEqual([]);
    const known = new Set(words(post.text));
    for (const { text } of draft.posts) {
      const own = words(ownText(text, post.link));
      expect(own.length).toBeGreaterThan(5);
      expect(own.filter((word) => !known.has(word))).toEqual([]);
    }
  });

  it.each(cases)('$slug on $platform repeats no sentence and gives the same draft twice', ({ post, platform }) => {
    const draft = writeOffline({ post, platform, brief: BRIEF });
    expect(writeOffline({ post, platform, brief: BRIEF })).toEqual(draft);
    const texts = platform === 'mastodon+bluesky' ? draft.posts.slice(0, 1) : draft.posts;
    const sentences = texts.flatMap(({ text }) => ownText(text, post.link).split(/(?<=[.!?])\s+/).map((part) => part.trim()).filter(Boolean));
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it.each(posts)('$slug: the tweets of a thread stand in the order of the post', (post) => {
    const prose = post.text.replaceAll(/\s+/g, ' ');
    const at = writeOffline({ post, platform: 'x' }).posts.map(({ text }) => prose.indexOf(text.slice(0, 30)));
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(at).not.toContain(-1);
  });
});

describe('writeOffline', () => {
  const long = 'The store keeps every revision of a chunk, because a person may want it back, and the audit names its author, which settles most arguments, while the channel tells everybody else about it.';

  it('leaves out code, tables, headings, quotations and images', () => {
    const other = (where: string) => `A title and a brief would like these words in ${where} of 2026 best of all.`;
    const text = [
      `# ${other('a heading')}`, `\`\`\`\n${other('code')}\n\`\`\``, `| ${other('a table')} |\n|---|\n| ${other('a cell')} |`, `> ${other('a quotation')}`,
      `![${other('an image')}](a.png)`, `<p>${other('HTML')}</p>`, `${other('a sentence').slice(0, -1)} and https://example.net/.`,
      'The prose with a [linked text](https://example.net/) is all that anybody will read here.',
    ].join('\n\n');
    const [post] = writeOffline({ post: makePost(text), platform: 'linkedin', brief: 'title brief words' }).posts;
    expect(post?.text).toBe('The prose with a linked text is all that anybody will read here.\n\nhttps://example.org/blog/made-up');
  });

  it('splits one long sentence at its clauses for a thread', () => {
    const { posts: tweets } = writeOffline({ post: makePost(long), platform: 'x' });
    expect(tweets).toHaveLength(4);
    expect(tweets[0]?.text).toMatch(/^The store keeps .*…\n\n1\/4$/);
    expect(tweets[1]?.text).toMatch(/^….*…\n\n2\/4$/);
    const joined = tweets.map(({ text }) => ownText(text, 'https://example.org/blog/made-up')).join(' ');
    expect(words(joined)).toEqual(words(long));
  });

  it('cuts a sentence that is longer than the room at a clause', () => {
    const text = writeOffline({ post: makePost(`${long.slice(0, -1)}, ${long.slice(0, -1)}.`), platform: 'bluesky' }).posts[0]?.text ?? '';
    expect(text).toMatch(/[a-z]…\n\nhttps:/);
  });

  it('counts by weight where the post is Chinese', () => {
    const chinese = '每一个文档都由许多小块组成，每一块都有自己的修订号，因此两个作者很少会互相覆盖对方的文字。'.repeat(6);
    const draft = writeOffline({ post: makePost(chinese), platform: 'x' });
    expect(checkDraft('x', renderBody(draft))).toEqual([]);
  });

  it.each<[string, string, Platform]>([
    ['too short for four tweets', 'One short sentence stands here.', 'x'],
    ['without a sentence', '# Title\n\n```\ncode\n```', 'linkedin'],
  ])('refuses a post %s and says why', (_, text, platform) => {
    expect(() => writeOffline({ post: makePost(text), platform })).toThrow(DraftError);
    expect(() => writeOffline({ post: makePost(text), platform })).toThrow(/The post made-up has/);
  });

  it('refuses a link that leaves no room', () => {
    const post = { ...makePost(long), link: `https://example.org/${'a'.repeat(290)}` };
    expect(() => writeOffline({ post, platform: 'bluesky' })).toThrow(/leave no room/);
  });

  it.each([
    ['long sentence', `${'clause of words, '.repeat(5000)}end.`],
    ['long sentence without a clause', `${'word '.repeat(20_000)}end.`],
    ['number of sentences', 'The store keeps one file for each scope of a tenant. '.repeat(5000)],
  ])('drafts from a post with an unreasonable %s', (_, text) => {
    const draft = writeOffline({ post: makePost(text), platform: 'mastodon+bluesky' });
    expect(checkDraft('mastodon+bluesky', renderBody(draft))).toEqual([]);
  });

  it('takes the hashtags of the brief, each once', () => {
    expect(hashtagsOf('# Notes\n#Agents and #agents, #open_source; not #1')).toEqual(['#Agents', '#open_source']);
  });

  it('follows the angle of the brief', () => {
    const post = makePost(
      'Storage is one file for each scope of a tenant, and nothing else.\n\nThe console shows a kanban board of publications by status.\n\nBackups are a copy of one file, made while the server runs.',
    );
    const first = (brief: string) => writeOffline({ post, platform: 'bluesky', brief }).posts[0]?.text ?? '';
    expect(first('Angle: the kanban board of the console')).toMatch(/^The console/);
    expect(first('Angle: backups as a copy')).toMatch(/Backups are a copy/);
  });
});
