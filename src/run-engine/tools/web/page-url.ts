import { isIP } from 'node:net';
import { coversHost } from '../../../definitions/narrowing.js';
import { Refusal } from '../../../errors.js';
import type { AddressPolicy } from '../../../webhooks/address.js';

const MAX_URL = 2048;
const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * The URL of a page that a run may ask for. A host that is a name is judged by its addresses when it is connected to.
 * @param hosts those that the run may reach: names, with a leading `*.` for any subdomain, with a port where that is not 80 or 443.
 * @throws Refusal `invalid_input` for what is no URL of a page, `forbidden` with what the operator can change
 */
export function pageUrl(text: string, hosts: readonly string[], policy: AddressPolicy, base?: URL): URL {
  if (text.length > MAX_URL) throw new Refusal('invalid_input', `url: has at most ${MAX_URL} characters`);
  if (!URL.canParse(text, base?.href)) throw new Refusal('invalid_input', `url: ${JSON.stringify(text)} is no URL`);
  const url = new URL(text, base?.href);
  if (!(url.protocol in PORTS)) throw new Refusal('forbidden', `url: must be http or https, not ${url.protocol}`);
  if (url.username !== '' || url.password !== '') throw new Refusal('forbidden', 'url: must not hold a user or password');
  requireListed(url, hosts);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const range = isIP(host) === 0 ? undefined : policy.refusalOf(host);
  if (range !== undefined) throw refusedAddress(url.hostname, range);
  return url;
}

/** What is said of a host whose address is not public. */
export function refusedAddress(host: string, range: string): Refusal {
  return new Refusal('forbidden', `${host} has an address that pages are not read from (${range}): web_fetch.allow_private of the configuration can allow it`, { host });
}

/** The root's dot stands for the same name. */
function requireListed({ hostname, port, protocol }: URL, hosts: readonly string[]): void {
  const host = hostname.replace(/\.$/, '');
  const isUsual = port === '' || Object.values(PORTS).includes(port);
  const wanted = isUsual ? [host, `${host}:${port || PORTS[protocol]!}`] : [`${host}:${port}`];
  if (hosts.some((allowed) => wanted.some((each) => coversHost(allowed, each)))) return;
  const listed = hosts.length === 0 ? 'none' : hosts.slice(0, 20).join(', ');
  throw new Refusal('forbidden', `this run may not reach ${wanted.at(-1)!}, its hosts are: ${listed}. allowed_hosts of the agent, and of the run, can list it`, { host: wanted[0], allowed_hosts: hosts.slice(0, 20) });
}
