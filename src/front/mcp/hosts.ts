import { HttpError } from '../http-error.js';

/**
 * The names by which a server on loopback is asked for. A page that rebinds the DNS name of its own site to
 * 127.0.0.1 reaches such a server, but the browser still sends that name as Host.
 */
export class Hosts {
  private readonly publicName: string | undefined;
  /** Set where the server listens on loopback. */
  private address: string | undefined;

  constructor(publicUrl: string | undefined) {
    this.publicName = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  }

  /** Tells where the server listens. */
  listening(host: string): void {
    this.address = isLoopback(host) ? host : undefined;
  }

  /** @throws HttpError 403 for a server on loopback that is asked for by another name. */
  require(header: string | undefined): void {
    if (this.address === undefined) return;
    const name = nameOf(header);
    if (name !== undefined && (isLoopback(name) || name === this.publicName)) return;
    throw new HttpError(
      403,
      'foreign_host',
      `the Host ${JSON.stringify(header ?? '')} is not this server: it listens on loopback; where a proxy forwards to it, set server.public_url`,
    );
  }
}

/** Port and case do not matter: a forwarded port is still this machine. */
function nameOf(header: string | undefined): string | undefined {
  const url = `http://${header}`;
  if (header === undefined || header === '' || !/^[\w.:[\]-]+$/.test(header) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname;
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}
