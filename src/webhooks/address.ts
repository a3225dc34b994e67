import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** All of IPv6 that is given out to the public. */
const GLOBAL_IPV6: Range = [ipaddr.parse('2000::'), 3];

/** Addresses that look public and are the inside of a cloud. */
const CLOUD_INSIDE = new Set(['168.63.129.16']);

/**
 * Which addresses a webhook may be sent to: public ones, and what the operator named. It is asked about the
 * very address that the socket connects to, so that a name that resolves to another address later gains nothing.
 */
export class AddressPolicy {
  private readonly ranges: Range[] = [];
  private readonly hosts = new Set<string>();

  /** @param allowed addresses, CIDR ranges, host names. */
  constructor(allowed: readonly string[]) {
    for (const entry of allowed) {
      const range = parseRange(entry);
      if (range) this.ranges.push(range);
      else this.hosts.add(withoutDot(entry.toLowerCase()));
    }
  }

  /** Whether the operator named this very host: then any address of it will do. */
  trusts(host: string): boolean {
    return this.hosts.has(withoutDot(host.toLowerCase()));
  }

  /** Why an address is refused, undefined for one that is not. */
  refusalOf(text: string): string | undefined {
    if (!ipaddr.isValid(text)) return 'not an address';
    const address = plain(ipaddr.parse(text));
    if (this.ranges.some((range) => contains(range, address))) return undefined;
    if (CLOUD_INSIDE.has(address.toString())) return 'cloud metadata';
    const range = address.range();
    if (range !== 'unicast') return range;
    return address.kind() === 'ipv6' && !contains(GLOBAL_IPV6, address) ? 'reserved' : undefined;
  }
}

/** An address or CIDR range; undefined for what is neither. */
export function parseRange(text: string): Range | undefined {
  if (ipaddr.isValidCIDR(text)) {
    const [address, bits] = ipaddr.parseCIDR(text);
    return [address, bits];
  }
  if (!ipaddr.isValid(text)) return undefined;
  const address = plain(ipaddr.parse(text));
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** An IPv4 address in the clothes of IPv6 is that IPv4 address. */
function plain(address: Address): Address {
  return address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress() ? (address as ipaddr.IPv6).toIPv4Address() : address;
}

/** A name with the root's dot is the same name. */
function withoutDot(host: string): string {
  return host.replace(/\.$/, '');
}

function contains([network, bits]: Range, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}
