import { hash } from 'node:crypto';

/** The same value in another order of keys, or with keys that say nothing, is the same text. */
function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(canonical);
  const said = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(said.map(([key, each]): [string, unknown] => [key, canonical(each)]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Hex SHA-256 of everything that a definition says. */
export function contentSha256(content: object): string {
  return hash('sha256', JSON.stringify(canonical(content)));
}
