import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A blog post that a publication announces. */
export interface Post {
  slug: string;
  title: string;
  /** Public address: the front matter's `url`, else the link template with the slug. */
  link: string;
  /** Markdown without front matter. */
  text: string;
  /** The front matter's `url`, where it is an http(s) address. */
  url?: string;
}

/** Where posts lie: `<folder>/<slug>.md`, or an http(s) address with `{slug}` in it. */
export type PostSource = { folder: string } | { url: string };

/** A place from which posts are read. */
export interface Posts {
  /** @throws PostError */
  get(slug: string): Promise<Post>;
}

/** A post could not be had; the message says which, why, and what to do. */
export class PostError extends Error {
  override readonly name = 'PostError';

  constructor(
    readonly code: 'not_found' | 'unreadable' | 'bad_slug',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;
const SLUG = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,199}$/u;
const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)(?:^|\n)---[ \t]*(?:\r?\n|$)/;
const HTML = /^\s*(<!doctype html|<html[\s>])/i;

/**
 * Opens a source of posts.
 *
 * @param source a folder, or an http(s) template such as `https://example.org/blog/{slug}.md` that answers with
 *   Markdown or plain text (`text/*` but not HTML), at most 1 MiB, within 10 s
 * @param link template of a post's public address, such as `https://example.org/blog/{slug}`
 * @throws TypeError for a template that is no http(s) address with `{slug}`
 */
export function openPosts(source: PostSource, link: string, { timeoutMs = TIMEOUT_MS } = {}): Posts {
  checkTemplate('link', link);
  if ('url' in source) checkTemplate('url', source.url);
  return {
    async get(slug) {
      if (!SLUG.test(slug) || slug.includes('..')) {
        throw new PostError('bad_slug', `${JSON.stringify(slug)} is no slug: letters, digits, "-", "_" and single "." only.`);
      }
      const bytes = 'url' in source ? await fetchPost(source.url, slug, timeoutMs) : await readPost(source.folder, slug);
      return parsePost(slug, decode(slug, bytes), fill(link, slug));
    },
  };
}

function checkTemplate(name: string, template: string): void {
  if (!template.includes('{slug}') || !isHttp(fill(template, 'slug'))) {
    throw new TypeError(`The setting ${name} is ${JSON.stringify(template)}; it must be an http or https address with {slug} in it.`);
  }
}

function fill(template: string, slug: string): string {
  return template.replaceAll('{slug}', encodeURIComponent(slug));
}

function isHttp(address: string): boolean {
  const protocol = URL.canParse(address) ? new URL(address).protocol : '';
  return protocol === 'http:' || protocol === 'https:';
}

function tooLarge(slug: string): PostError {
  return new PostError('unreadable', `The post ${slug} is larger than ${MAX_BYTES} bytes.`);
}

async function readPost(folder: string, slug: string): Promise<Uint8Array> {
  try {
    await using file = await open(join(folder, `${slug}.md`));
    if ((await file.stat()).size > MAX_BYTES) throw tooLarge(slug);
    return await file.readFile();
  } catch (error) {
    if (error instanceof PostError) throw error;
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing) throw new PostError('not_found', `There is no post ${slug}.md in the posts folder.`, { cause: error });
    throw new PostError('unreadable', `The post ${slug}.md cannot be read: ${reason(error)}`, { cause: error });
  }
}

async function fetchPost(template: string, slug: string, timeoutMs: number): Promise<Uint8Array> {
  const address = fill(template, slug);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(address, { signal, headers: { accept: 'text/markdown, text/plain;q=0.9, text/*;q=0.5' } });
    const refusal = refuse(response, address);
    if (refusal) {
      await response.body?.cancel();
      throw refusal;
    }
    return await readCapped(response, slug);
  } catch (error) {
    if (error instanceof PostError) throw error;
    const why = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : reason(error);
    throw new PostError('unreadable', `The post at ${address} cannot be read: ${why}`, { cause: error });
  }
}

function refuse(response: Response, address: string): PostError | undefined {
  if (response.status === 404 || response.status === 410) {
    return new PostError('not_found', `There is no post at ${address} (HTTP ${response.status}).`);
  }
  if (!response.ok) return new PostError('unreadable', `The post at ${address} answers with HTTP ${response.status}.`);
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/html') return new PostError('unreadable', htmlMessage(address));
  if (!type.startsWith('text/')) {
    return new PostError('unreadable', `The post at ${address} is ${type || 'of no stated type'}; text/markdown or text/plain is needed.`);
  }
  return undefined;
}

function htmlMessage(where: string): string {
  return `The post ${where} is an HTML page; point the setting at its Markdown source (text/markdown or text/plain).`;
}

async function readCapped(response: Response, slug: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > MAX_BYTES) throw tooLarge(slug);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function decode(slug: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PostError('unreadable', `The post ${slug} is not UTF-8 text.`, { cause: error });
  }
}

function parsePost(slug: string, source: string, link: string): Post {
  if (HTML.test(source)) throw new PostError('unreadable', htmlMessage(slug));
  const block = FRONT_MATTER.exec(source);
  const text = (block ? source.slice(block[0].length) : source).trim();
  const matter = block ? parseFrontMatter(slug, block[1] ?? '') : {};
  const heading = /^#[ \t]+(.+?)[ \t#]*$/m.exec(text)?.[1];
  const title = typeof matter['title'] === 'string' ? matter['title'].trim() : (heading ?? slug);
  const url = typeof matter['url'] === 'string' && isHttp(matter['url']) ? matter['url'] : undefined;
  return { slug, title, link: url ?? link, text, ...(url === undefined ? {} : { url }) };
}

function parseFrontMatter(slug: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(source);
  } catch (error) {
    throw new PostError('unreadable', `The front matter of the post ${slug} is no YAML: ${reason(error)}`, { cause: error });
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new PostError('unreadable', `The front matter of the post ${slug} must be a mapping, such as "title: …".`);
  }
  return value as Record<string, unknown>;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
