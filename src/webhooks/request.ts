import http from 'node:http';
import https from 'node:https';
import type { UrlRules } from '../scope/webhook-settings.js';
import { AddressPolicy } from './address.js';
import { guardedLookup } from './lookup.js';
import type { Outcome } from './settle.js';
import { urlProblem } from './url.js';

/** Characters of an answer that the delivery log keeps, and bytes of it that are read before the connection is given up. */
const SNIPPET = 500;
const MAX_ANSWER = 64 * 1024;
/** Longest wait that a receiver can ask for. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Agents {
  readonly 'http:': http.Agent;
  readonly 'https:': https.Agent;
}

/**
 * Sends messages: one POST each, without following redirects, to addresses that the policy lets pass, and
 * never for longer than the timeout.
 */
export class HttpPoster {
  private readonly lookup;
  private readonly agents: Agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  private readonly underWay = new Set<AbortController>();

  constructor(
    private readonly rules: UrlRules,
    private readonly timeoutMs: number,
    private readonly userAgent: string,
  ) {
    this.lookup = guardedLookup(new AddressPolicy(rules.allowPrivate));
  }

  async post(post: Post): Promise<Outcome> {
    const at = Date.now();
    const started = performance.now();
    const control = new AbortController();
    this.underWay.add(control);
    const timer = setTimeout(() => control.abort(new Error(`no answer within ${this.timeoutMs} ms`)), this.timeoutMs);
    const answer = await this.attempt(post, control.signal).catch((error: unknown) => ({ error: problemOf(error, control.signal) }));
    clearTimeout(timer);
    this.underWay.delete(control);
    return { at, duration_ms: Math.round(performance.now() - started), ...answer };
  }

  /** Gives up what is under way: how that ended is not to be relied on. */
  close(): void {
    for (const control of this.underWay) control.abort(new Error('the runtime stopped'));
    for (const agent of Object.values<http.Agent>({ ...this.agents })) agent.destroy();
  }

  private async attempt(post: Post, signal: AbortSignal): Promise<Partial<Outcome>> {
    // The rules may be others than when the webhook was made; sockets look up names only, never addresses.
    const problem = urlProblem(post.url, this.rules);
    if (problem !== undefined) throw new Error(`the url ${problem}`);
    const url = new URL(post.url);
    try {
      return await this.exchange(url, post, signal, this.agents[url.protocol as keyof Agents]);
    } catch (error) {
      // The receiver closed an idle connection just as it was used again: that says nothing of the message.
      if (!(error instanceof StaleConnection)) throw error;
      return this.exchange(url, post, signal, false);
    }
  }

  /** @param agent false for a connection of its own. */
  private exchange(url: URL, { headers, body }: Post, signal: AbortSignal, agent: http.Agent | false): Promise<Partial<Outcome>> {
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: 'POST',
        agent,
        lookup: this.lookup,
        signal,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': this.userAgent,
        },
      });
      // Once there is a status, what goes wrong after it concerns the rest of the answer only.
      let answered = false;
      const fail = (error: Error): void => {
        if (!answered) reject(error);
      };
      request.on('error', (error: NodeJS.ErrnoException) => fail(request.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection() : error));
      request.on('close', () => fail(new Error('the connection was closed without an answer')));
      request.on('response', (response) => {
        answered = true;
        readSnippet(response).then((snippet) => resolve({ ...answerOf(response), ...(snippet === '' ? {} : { response: snippet }) }), reject);
      });
      request.end(body);
    });
  }
}

class StaleConnection extends Error {}

/** The status decides; an answer that breaks off or does not end is as good as its beginning. */
async function readSnippet(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (size < SNIPPET * 4) chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER) break;
    }
  } catch {
    // See above.
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, SNIPPET);
}

function answerOf({ statusCode, headers }: http.IncomingMessage): Partial<Outcome> {
  const asked = statusCode === 429 || statusCode === 503 ? retryAfter(headers['retry-after'], Date.now()) : undefined;
  return { response_code: statusCode, ...(asked === undefined ? {} : { retry_after: asked }) };
}

/** `Retry-After` in milliseconds from now: seconds, or a date. */
export function retryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return wait > 0 ? Math.min(wait, MAX_RETRY_AFTER_MS) : undefined;
}

/** What the delivery log says of an attempt without an answer: nothing that would tell of the inside of a network. */
function problemOf(error: unknown, { aborted, reason }: AbortSignal): string {
  const { code, message } = (aborted ? reason : error) as NodeJS.ErrnoException;
  return code === undefined ? message : `the request failed: ${code}`;
}
