import { lookup as systemLookup, Resolver } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from './address.js';

/** Finds the addresses of a name. Rejects where it has none. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/**
 * The `lookup` of a socket: what it answers is what the socket connects to, so that there is no time between
 * the check and the connection in which a name could change. One refused address refuses the name.
 * @param refused what an error says of a name, given what sort of address it has.
 */
export function guardedLookup(policy: AddressPolicy, resolveForeign: Resolve = resolveByDns, resolveTrusted: Resolve = resolveBySystem, refused: (range: string) => Error = ofWebhooks): LookupFunction {
  return (host, options, callback) => {
    const trusted = policy.trusts(host);
    (trusted ? resolveTrusted : resolveForeign)(host).then(
      (found) => {
        if (found.length === 0) return callback(new Error('the host has no address'), '');
        const range = trusted ? undefined : found.map(({ address }) => policy.refusalOf(address)).find((each) => each !== undefined);
        if (range !== undefined) return callback(refused(range), '');
        if (options.all) return callback(null, found);
        callback(null, found[0]!.address, found[0]!.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function ofWebhooks(range: string): Error {
  return new Error(`the host has an address that webhooks may not go to (${range})`);
}

const resolver = new Resolver({ timeout: 3000, tries: 2 });

/**
 * Names of anybody are asked of DNS directly. The system's lookup would take one of the few threads that
 * syncs of the disk need too, for as long as a slow name server likes.
 */
export async function resolveByDns(host: string): Promise<LookupAddress[]> {
  const [v4, v6] = await Promise.allSettled([ask<string[]>((done) => resolver.resolve4(host, done)), ask<string[]>((done) => resolver.resolve6(host, done))]);
  const found = [
    ...(v4.status === 'fulfilled' ? v4.value.map((address) => ({ address, family: 4 })) : []),
    ...(v6.status === 'fulfilled' ? v6.value.map((address) => ({ address, family: 6 })) : []),
  ];
  if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
  return found;
}

/** Names that the operator named may stand in the hosts file, or be short. */
export function resolveBySystem(host: string): Promise<LookupAddress[]> {
  return ask((done) => systemLookup(host, { all: true }, done));
}

function ask<Answer>(question: (done: (error: Error | null, answer: Answer) => void) => void): Promise<Answer> {
  return new Promise((resolve, reject) => question((error, answer) => (error ? reject(error) : resolve(answer))));
}
