import { MASK } from '../../config/secrets.js';
import type { DefinitionKind } from '../../definitions/kinds.js';
import type { Version } from '../../definitions/versions.js';

/** Keys of a server whose every value may be a secret. */
const SECRET = ['headers', 'env'] as const;

/** A version as it may be shown: of a server, values of headers and of its environment are masked. */
export function shown<Of extends Version>(kind: DefinitionKind, { kind: _kind, ...version }: Of): Omit<Of, 'kind'> {
  if (kind !== 'mcp_server') return version;
  const definition: Record<string, unknown> = { ...version.definition };
  for (const key of SECRET) if (definition[key] !== undefined) definition[key] = maskedValues(definition[key] as Record<string, string>);
  return { ...version, definition };
}

function maskedValues(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((key) => [key, MASK]));
}
