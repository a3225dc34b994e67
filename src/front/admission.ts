import { tooMany, type Authenticator, type RequestHead } from './authenticate.js';
import { networkOf, type ClientAddresses } from '../identity/client-address.js';
import type { TokenBuckets } from './rate-limits.js';

/** What every request passes before its route: from where, not too many, by whom, not too many. */
export class Admission {
  constructor(
    private readonly auth: Authenticator,
    private readonly addresses: ClientAddresses,
    private readonly perAddress: TokenBuckets,
    private readonly perPrincipal: TokenBuckets,
  ) {}

  /**
   * @param peer address of the other end of the connection.
   * @param then runs at once where who asks is known, and may throw.
   * @throws HttpError 429
   */
  admit(request: RequestHead, peer: string, then: () => void): void {
    request.client = this.addresses.of(peer, (name) => request.header(name));
    const wait = this.perAddress.take(networkOf(request.client.address));
    if (wait > 0) throw tooMany('too many requests come from your address', wait);
    this.auth.identify(request, () => {
      const principal = request.caller?.principal;
      const wait = principal ? this.perPrincipal.take(`${principal.tenant}\n${principal.subject}`) : 0;
      if (wait > 0) request.caller = { failure: tooMany('you make too many requests', wait) };
      then();
    });
  }
}
