import { hash, randomBytes } from 'node:crypto';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const PREFIX = 'lct_';
const SUFFIX = 6;

/** A new bearer token: `lct_` and 32 random bytes in base58 (reference: wire 2.6). */
export function mintToken(): string {
  return `${PREFIX}${base58(randomBytes(32))}`;
}

export function mintTokenId(): string {
  return `def_${randomBytes(16).toString('hex')}`;
}

/** What may be shown of a token, to tell it from others. */
export function suffixOf(token: string): string {
  return token.slice(PREFIX.length, PREFIX.length + SUFFIX);
}

/** What is stored in place of a token: nobody who reads the file can log in with it. */
export function hashToken(pepper: string, token: string): string {
  return hash('sha256', pepper + token, 'hex');
}

/** In the alphabet of Bitcoin; each leading zero byte is a `1`. */
export function base58(bytes: Buffer): string {
  let digits = '';
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= 58n) digits = ALPHABET[Number(rest % 58n)] + digits;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return ALPHABET[0]!.repeat(zeros === -1 ? bytes.length : zeros) + digits;
}
