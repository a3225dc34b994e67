import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { Refusal } from '../../../errors.js';
import { AddressPolicy } from '../../../webhooks/address.js';
import { guardedLookup, resolveByDns, resolveBySystem, type Resolve } from '../../../webhooks/lookup.js';

const NO_BODY = new Set([204, 205, 304]);

/**
 * A fetch that connects to public addresses alone, each checked as it is connected to, and follows no redirect. For
 * servers whose very host no operator has named.
 */
export class PublicFetch {
  private readonly agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

  constructor(
    private readonly policy = new AddressPolicy([]),
    private readonly resolve: Resolve = resolveByDns,
  ) {}

  /** Rejects with a Refusal `forbidden` for an address that is not public. */
  readonly fetch: FetchLike = async (input, init = {}) => {
    const url = new URL(input);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const range = isIP(host) === 0 ? undefined : this.policy.refusalOf(host);
    if (range !== undefined) throw refused(host, range);
    const answer = await this.request(url, init as RequestInit);
    const status = answer.statusCode!;
    const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value]));
    if (NO_BODY.has(status)) answer.resume();
    return new Response(NO_BODY.has(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), { status, headers });
  };

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private request(url: URL, { method = 'GET', headers, body, signal }: RequestInit): Promise<http.IncomingMessage> {
    const { protocol } = url;
    const lookup = guardedLookup(this.policy, this.resolve, resolveBySystem, (range) => refused(url.hostname, range));
    return new Promise((resolve, reject) => {
      const request = (protocol === 'https:' ? https : http).request(url, {
        method,
        headers: Object.fromEntries(new Headers(headers)),
        agent: protocol === 'https:' ? this.agents['https:'] : this.agents['http:'],
        lookup,
        ...(signal ? { signal } : {}),
      });
      request.on('error', reject);
      request.on('response', resolve);
      // The client sends texts alone.
      request.end(body as string | undefined);
    });
  }
}

function refused(host: string, range: string): Refusal {
  return new Refusal('forbidden', `${host} has an address that is not public (${range}): LOOMCYCLE_HTTP_HOST_ALLOWLIST of the server can name that very host`, { host });
}
