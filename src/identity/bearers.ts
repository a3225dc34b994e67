import { hash, timingSafeEqual } from 'node:crypto';
import { LEGACY_TOKEN, type Principal } from './principal.js';

interface Bearer {
  digest: Buffer;
  principal: Principal;
}

/** Resolves a bearer secret to its principal. */
export class Bearers {
  private readonly entries: Bearer[] = [];

  /** @throws when the same secret is already bound: it would be two identities at once. */
  add(secret: string, principal: Principal): void {
    const digest = digestOf(secret);
    const twin = this.entries.find((entry) => entry.digest.equals(digest));
    if (twin) {
      throw new Error(
        `${ownerOf(twin.principal)} and ${ownerOf(principal)} have the same secret: give each its own`,
      );
    }
    this.entries.push({ digest, principal });
  }

  /** Compares with every entry and leaves no early, so that timing tells nothing. */
  resolve(secret: string): Principal | undefined {
    const digest = digestOf(secret);
    let found: Principal | undefined;
    for (const entry of this.entries) {
      if (timingSafeEqual(entry.digest, digest)) found = entry.principal;
    }
    return found;
  }
}

function ownerOf({ name, tokenId }: Principal): string {
  return tokenId === LEGACY_TOKEN ? name : `principal "${name}"`;
}

function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
