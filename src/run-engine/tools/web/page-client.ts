import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Refusal } from '../../../errors.js';
import { AddressPolicy } from '../../../webhooks/address.js';
import { guardedLookup, resolveByDns, resolveBySystem } from '../../../webhooks/lookup.js';
import { pageUrl, refusedAddress } from './page-url.js';

export interface WebSettings {
  /** Addresses, CIDR ranges and host names that are private and allowed. */
  readonly allowPrivate: readonly string[];
  /** Largest page, in bytes, as it comes and unpacked. */
  readonly maxBytes: number;
  /** Milliseconds that a page may take, with all its redirects. */
  readonly timeoutMs: number;
}

/** A page as its server sent it, unpacked. */
export interface RawPage {
  /** Where it was in the end. */
  readonly url: string;
  readonly contentType: string;
  readonly body: Buffer;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const UNPACK = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress };
const TYPES = /^(text\/[\w.+-]+|application\/(xhtml\+xml|json|xml|[\w.-]+\+(json|xml)))$/;

/** Gets pages: each by a connection of its own to an address that was checked as it was connected to. */
export class PageClient {
  private readonly policy: AddressPolicy;

  constructor(
    private readonly settings: WebSettings,
    private readonly userAgent: string,
  ) {
    this.policy = new AddressPolicy(settings.allowPrivate);
  }

  /** @throws Refusal `forbidden`, `invalid_input`, `too_large`, `unavailable` */
  async get(text: string, hosts: readonly string[], ended: AbortSignal): Promise<RawPage> {
    const { timeoutMs } = this.settings;
    const signal = AbortSignal.any([ended, AbortSignal.timeout(timeoutMs)]);
    let url = pageUrl(text, hosts, this.policy);
    try {
      for (let redirects = 0; ; redirects += 1) {
        const answer = await this.request(url, signal);
        if ('body' in answer) return answer;
        if (redirects === MAX_REDIRECTS) throw new Refusal('unavailable', `the page redirects more than ${MAX_REDIRECTS} times`);
        url = pageUrl(answer.location, hosts, this.policy, url);
      }
    } catch (error) {
      if (error instanceof Refusal || ended.aborted) throw error;
      const why = signal.aborted ? `it took longer than ${timeoutMs} ms, web_fetch.timeout of the configuration` : ((error as NodeJS.ErrnoException).code ?? (error as Error).message);
      throw new Refusal('unavailable', `${url.host} did not give the page: ${why}`, { host: url.host });
    }
  }

  private request(url: URL, signal: AbortSignal): Promise<RawPage | { location: string }> {
    const lookup = guardedLookup(this.policy, resolveByDns, resolveBySystem, (range) => refusedAddress(url.hostname, range));
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).get(url, {
        agent: false,
        lookup,
        signal,
        headers: { accept: 'text/html,application/xhtml+xml,text/markdown,text/plain,application/json;q=0.9,text/*;q=0.5', 'accept-encoding': 'gzip, deflate, br', 'user-agent': this.userAgent },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        this.answer(url, response).then(resolve, reject).finally(() => request.destroy());
      });
    });
  }

  private async answer(url: URL, response: http.IncomingMessage): Promise<RawPage | { location: string }> {
    const { statusCode: status = 0, headers } = response;
    if (REDIRECTS.has(status) && headers.location !== undefined) return { location: headers.location };
    if (status < 200 || status > 299) throw new Refusal('unavailable', `${url.host} answered with status ${status}`, { status });
    const contentType = (headers['content-type'] ?? 'text/plain').toLowerCase();
    const type = contentType.split(';')[0]!.trim();
    if (!TYPES.test(type)) throw new Refusal('invalid_input', `the page is ${type}: only text, HTML, JSON and XML can be read`, { content_type: type });
    return { url: url.href, contentType, body: await this.read(response, headers['content-encoding']) };
  }

  /** Bytes count packed and unpacked: a small answer does not unpack to a large one. */
  private async read(response: http.IncomingMessage, encoding: string | undefined): Promise<Buffer> {
    const { maxBytes } = this.settings;
    const unpack = encoding === undefined || encoding === 'identity' ? undefined : UNPACK[encoding as keyof typeof UNPACK];
    if (encoding !== undefined && encoding !== 'identity' && !unpack) throw new Refusal('unavailable', `the page is packed in a way that was not asked for: ${JSON.stringify(encoding)}`);
    const tooLarge = (): Refusal => new Refusal('too_large', `the page is larger than ${maxBytes} bytes, web_fetch.max_bytes of the configuration`, { max_bytes: maxBytes });
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
    const stream = unpack ? pipeline(response, unpack(), () => undefined) : response;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}
