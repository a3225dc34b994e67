import { isIP } from 'node:net';
import { AddressPolicy } from './address.js';
import type { UrlRules } from '../scope/webhook-settings.js';

const MAX_URL = 2048;

/** Why a webhook may not go to this URL, undefined where it may; a name is resolved and judged when it is connected to. */
export function urlProblem(text: string, { httpsOnly, ports, allowPrivate }: UrlRules): string | undefined {
  if (text.length > MAX_URL) return `has at most ${MAX_URL} characters`;
  if (!URL.canParse(text)) return 'is no URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && (httpsOnly || url.protocol !== 'http:')) return httpsOnly ? 'must be https' : 'must be http or https';
  if (url.username !== '' || url.password !== '') return 'must not hold a user or password: send what authenticates you in headers';
  // An empty fragment leaves no trace in the parsed URL.
  if (text.includes('#')) return 'must not have a fragment';
  const port = portOf(url);
  if (ports !== null && !ports.includes(port)) return `has port ${port}; outgoing_webhooks.ports of the configuration allows ${ports.join(', ')}`;
  const host = hostOf(url);
  const refused = isIP(host) === 0 ? undefined : new AddressPolicy(allowPrivate).refusalOf(host);
  return refused && `has an address that webhooks may not go to (${refused}): outgoing_webhooks.allow_private of the configuration can allow it`;
}

/** The host of a URL, an IPv6 address without its brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
