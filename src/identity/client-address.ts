import ipaddr from 'ipaddr.js';

/** From where a request comes, and whether it came there by TLS. */
export interface Client {
  readonly address: string;
  readonly secure: boolean;
}

type Header = (name: string) => string | undefined;
type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Tells clients apart, behind proxies too: what a proxy says of its client is believed of trusted ones alone. */
export class ClientAddresses {
  private readonly trusted: readonly Range[];

  /** @param trusted addresses and CIDR ranges of proxies. */
  constructor(trusted: readonly string[]) {
    this.trusted = trusted.map(rangeOf);
  }

  of(peer: string, header: Header): Client {
    if (this.trusted.length === 0 || !this.isTrusted(peer)) return { address: peer, secure: false };
    // Each proxy adds at the end whom it saw: the last that is no proxy of ours is the client.
    const hops = (header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
    const client = hops.findLast((hop) => ipaddr.isValid(hop) && !this.isTrusted(hop));
    const scheme = (header('x-forwarded-proto') ?? '').split(',').at(-1)!.trim().toLowerCase();
    return { address: client ?? peer, secure: scheme === 'https' };
  }

  private isTrusted(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return this.trusted.some(([range, bits]) => address.kind() === range.kind() && address.match(range, bits));
  }
}

/** Whose address it is, as far as one can tell: a client of IPv6 has the whole /64. */
export function networkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? `${parsed.parts.slice(0, 4).map((part) => part.toString(16)).join(':')}::/64` : parsed.toString();
}

/** @throws for what is neither an address nor a CIDR range. */
export function rangeOf(text: string): Range {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
