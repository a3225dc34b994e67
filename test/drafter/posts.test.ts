import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPosts, PostError } from '../../agents/drafter/posts.js';

const LINK = 'https://example.org/blog/{slug}';

describe('posts in a folder', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posts-'));
    await writeFile(join(folder, 'full.md'), '---\ntitle: "A: title"\nurl: https://example.net/full\n---\n\nText.\n\n---\n\nMore.\n');
    await writeFile(join(folder, 'bare.md'), '# A heading\n\nText.\n');
    await writeFile(join(folder, 'bad.md'), '---\ntitle: a: b\n---\nText.\n');
    await writeFile(join(folder, 'large.md'), 'a'.repeat(1024 * 1024 + 1));
    await writeFile(join(folder, 'latin1.md'), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const get = (slug: string) => openPosts({ folder }, LINK).get(slug);

  it('reads front matter and text', async () => {
    expect(await get('full')).toEqual({
      slug: 'full', title: 'A: title', link: 'https://example.net/full', url: 'https://example.net/full', text: 'Text.\n\n---\n\nMore.',
    });
  });

  it('takes title and link from heading and template where there is no front matter', async () => {
    expect(await get('bare')).toEqual({ slug: 'bare', title: 'A heading', link: 'https://example.org/blog/bare', text: '# A heading\n\nText.' });
  });

  it.each([
    ['../full', 'bad_slug'], ['a/b', 'bad_slug'], ['a\\b', 'bad_slug'], ['..', 'bad_slug'], ['a..b', 'bad_slug'], ['', 'bad_slug'], ['.hidden', 'bad_slug'],
    ['none', 'not_found'], ['bad', 'unreadable'], ['large', 'unreadable'], ['latin1', 'unreadable'],
  ])('refuses %j as %s', async (slug, code) => {
    const error = await get(slug).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PostError);
    expect(error).toMatchObject({ code });
  });
});

describe('posts at an address', () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => {
    server?.closeAllConnections();
    if (server) server.close(() => resolve());
    else resolve();
  }));
  async function serve(listener: RequestListener, timeoutMs = 5000) {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return openPosts({ url: `http://127.0.0.1:${port}/{slug}.md` }, LINK, { timeoutMs });
  }

  it('reads Markdown', async () => {
    const posts = await serve((request, response) => {
      response.setHeader('content-type', 'text/markdown; charset=utf-8');
      response.end(`---\ntitle: From ${request.url}\n---\nText.`);
    });
    expect(await posts.get('a-post')).toMatchObject({ title: 'From /a-post.md', text: 'Text.', link: 'https://example.org/blog/a-post' });
  });

  it.each<[string, number, string, string, string, RegExp]>([
    ['a missing post', 404, 'text/plain', '', 'not_found', /HTTP 404/],
    ['a server that fails', 500, 'text/plain', '', 'unreadable', /HTTP 500/],
    ['an HTML page', 200, 'text/html', '<p>Text.', 'unreadable', /HTML page; point the setting at its Markdown source/],
    ['an HTML page that says it is text', 200, 'text/plain', '<!DOCTYPE html><p>Text.', 'unreadable', /HTML page/],
    ['another type', 200, 'application/json', '{}', 'unreadable', /text\/markdown or text\/plain is needed/],
    ['a post that is too large', 200, 'text/plain', 'a'.repeat(1024 * 1024 + 1), 'unreadable', /larger than/],
  ])('refuses %s', async (_, status, type, body, code, message) => {
    const posts = await serve((_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    });
    await expect(posts.get('a')).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('gives up on a server that does not answer', async () => {
    const posts = await serve(() => undefined, 50);
    await expect(posts.get('a')).rejects.toMatchObject({ code: 'unreadable', message: expect.stringContaining('no answer within 0.05 s') as string });
  });

  it.each(['ftp://example.org/{slug}', 'https://example.org/', 'file:///{slug}'])('refuses the template %s', (url) => {
    expect(() => openPosts({ url }, LINK)).toThrow(/http or https address with \{slug\}/);
  });
});
