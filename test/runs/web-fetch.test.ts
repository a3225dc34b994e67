import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentsConfig, calls, ended, resultsOf, startRun } from '../support/runs.js';
import { TestServer } from '../support/server.js';
import { page, redirect, WebSite } from '../support/web-site.js';

const PARAGRAPH = '<p>The garden opens at nine, and everybody who comes early, or late, finds a <a href="/map">map</a> of all its paths at the gate.</p>';
const ARTICLE = `<!doctype html><html><head><title>The garden</title></head><body><nav><a href="/x">Home</a><a href="/y">Shop now</a></nav><article><h2>Opening</h2>${PARAGRAPH.repeat(8)}</article><script>steal()</script></body></html>`;

let site: WebSite;
let server: TestServer;

beforeAll(async () => {
  site = await WebSite.start({
    '/article': page('text/html; charset=utf-8', ARTICLE),
    '/latin': page('text/plain; charset=iso-8859-1', Buffer.from('caf\xe9', 'latin1')),
    '/data.json': page('application/json', '{"a":1}'),
    '/packed': page('text/plain', gzipSync('packed text'), { 'content-encoding': 'gzip' }),
    '/bomb': page('text/plain', gzipSync(Buffer.alloc(3 * 1024 * 1024)), { 'content-encoding': 'gzip' }),
    '/large': page('text/plain', 'x'.repeat(70_000)),
    '/image': page('image/png', 'x'),
    '/to-article': redirect('/article'),
    '/to-inside': redirect('http://169.254.169.254/latest/meta-data'),
    '/to-elsewhere': redirect('http://elsewhere.example/'),
    '/round': redirect('/round'),
    '/endless': (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).write('begun'),
    '/deep': page('text/html', '<div>'.repeat(20_000)),
  });
  const fetches = (...urls: (string | Record<string, unknown>)[]): { turns: Record<string, unknown>[] } => ({
    turns: [...urls.map((url) => calls('WebFetch', typeof url === 'string' ? { url } : url)), { text: 'Done.' }],
  });
  const hosts = { allowed_tools: ['WebFetch'], allowed_hosts: [`127.0.0.1:${site.port}`, '169.254.169.254', '[::ffff:a00:1]', '[64:ff9b::a00:1]', 'localhost'] };
  server = await TestServer.start({
    config: agentsConfig(
      {
        reader: { ...hosts, ...fetches(site.url('/article'), site.url('/latin'), site.url('/data.json'), site.url('/packed'), site.url('/to-article')) },
        parts: { ...hosts, ...fetches({ url: site.url('/large'), max_chars: 100, start: 5 }, { url: site.url('/large'), start: 69_990 }) },
        limits: { ...hosts, max_iterations: 20, ...fetches(site.url('/bomb'), site.url('/image'), site.url('/round'), site.url('/endless'), site.url('/none')) },
        inside: { ...hosts, max_iterations: 20, ...fetches('http://169.254.169.254/', 'http://[::ffff:10.0.0.1]/', 'http://[64:ff9b::a00:1]/', site.url('/to-inside')) },
        rules: { ...hosts, max_iterations: 20, ...fetches('https://elsewhere.example/', site.url('/to-elsewhere'), 'http://127.0.0.1:81/', 'file:///etc/passwd', 'http://u:p@localhost/') },
        nowhere: { allowed_tools: ['WebFetch'], ...fetches(site.url('/article')) },
        deep: { ...hosts, ...fetches(site.url('/deep'), site.url('/article')) },
      },
      { web_fetch: { allow_private: ['127.0.0.0/8'], max_bytes: 100_000, timeout: '1s' } },
    ),
  });
});
afterAll(async () => {
  await server.stop();
  await site.stop();
});

async function run(agent: string, more: Record<string, unknown> = {}): Promise<ReturnType<typeof resultsOf>> {
  const stream = await startRun(server, { agent, prompt: 'Read', ...more });
  expect(await ended(stream)).toMatchObject({ status: 'completed' });
  return resultsOf(stream);
}

describe('WebFetch', () => {
  it('gives the article of a page as Markdown, other texts as they are, all untrusted', async () => {
    const results = await run('reader');
    expect(results.map(({ is_error, untrusted }) => [is_error, untrusted])).toEqual(Array(5).fill([false, true]));
    const [article, latin, data, packed, redirected] = results.map(({ text }) => JSON.parse(text) as { url: string; title?: string; text: string });
    expect(article!.title).toBe('The garden');
    expect(article!.text).toContain('The garden opens at nine');
    expect(article!.text).toContain(`[map](${site.url('/map')})`);
    expect(article!.text).not.toMatch(/steal|Shop now/);
    expect([latin!.text, data!.text, packed!.text]).toEqual(['café', '{"a":1}', 'packed text']);
    expect(redirected).toEqual({ ...article, url: site.url('/article') });
  });

  it('gives a long text in parts', async () => {
    const [first, last] = (await run('parts')).map(({ text }) => JSON.parse(text) as Record<string, unknown>);
    expect(first).toMatchObject({ text: 'x'.repeat(100), start: 5, total_chars: 70_000, next_start: 105 });
    expect(last).toMatchObject({ text: 'x'.repeat(10), start: 69_990 });
    expect(last).not.toHaveProperty('next_start');
  });

  it('ends what is too large, takes too long, redirects for ever or is no text', async () => {
    const texts = (await run('limits')).map(({ text, is_error }) => is_error && text);
    expect(texts).toEqual([
      expect.stringContaining('web_fetch.max_bytes'),
      expect.stringContaining('the page is image/png'),
      expect.stringContaining('redirects more than 5 times'),
      expect.stringContaining('web_fetch.timeout'),
      expect.stringContaining('status 404'),
    ]);
  });

  it('connects to no address of the inside, whatever the name, the form and the redirect', async () => {
    const before = site.asked.filter((path) => path === '/article').length;
    const results = await run('inside');
    expect(results.map(({ is_error, text }) => is_error && text)).toEqual(Array(4).fill(expect.stringContaining('web_fetch.allow_private')));
    expect(site.asked.filter((path) => path === '/article').length).toBe(before);
  });

  it('reaches the hosts and ports of its agent alone', async () => {
    const texts = (await run('rules')).map(({ text, is_error }) => is_error && text);
    expect(texts).toEqual([
      expect.stringContaining('may not reach elsewhere.example'),
      expect.stringContaining('may not reach elsewhere.example'),
      expect.stringContaining('may not reach 127.0.0.1:81'),
      expect.stringContaining('must be http or https'),
      expect.stringContaining('user or password'),
    ]);
    expect((await run('nowhere'))[0]).toMatchObject({ is_error: true, text: expect.stringContaining('its hosts are: none') as string });
    expect((await run('reader', { allowed_hosts: [] }))[0]).toMatchObject({ is_error: true, text: expect.stringContaining('allowed_hosts of the agent') as string });
  });

  it('reads other pages after one that cannot be parsed', async () => {
    const [, article] = await run('deep');
    expect(article).toMatchObject({ is_error: false, text: expect.stringContaining('The garden opens') as string });
  });
});
