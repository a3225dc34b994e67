/** Address of a document or chunk: whose it is, and which. */
export interface Address {
  readonly scope: 'user' | 'tenant' | 'agent';
  /** Name of the agent, with scope agent. */
  readonly agent?: string;
  readonly kind: 'documents' | 'chunks';
  readonly id: string;
}

/** Scope and agent, as inputs of operations name them. */
export type Owner = Pick<Address, 'scope' | 'agent'>;

const ADDRESS = /^loomcycle:\/\/(?:(user|tenant)|agent\/([^/]+))\/(documents|chunks)\/([0-9a-f]{32})$/;

/** `loomcycle://user/documents/<id>`, `loomcycle://agent/<name>/chunks/<id>`. */
export function formatAddress({ kind, id, ...owner }: Address): string {
  return `${formatOwner(owner)}/${kind}/${id}`;
}

/** @returns undefined for what is no address of ours. */
export function parseAddress(uri: string): Address | undefined {
  const [, shared, agent, kind, id] = ADDRESS.exec(uri) ?? [];
  if (kind === undefined || id === undefined) return undefined;
  const which = { kind: kind as Address['kind'], id };
  if (shared !== undefined) return { scope: shared as 'user' | 'tenant', ...which };
  const name = decoded(agent!);
  return name === undefined ? undefined : { scope: 'agent', agent: name, ...which };
}

function formatOwner({ scope, agent }: Owner): string {
  return agent === undefined ? `loomcycle://${scope}` : `loomcycle://${scope}/${encodeURIComponent(agent)}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** One shape of addresses, as RFC 6570 writes it. */
export interface Template {
  readonly uri: string;
  readonly scope: Address['scope'];
  readonly kind: Address['kind'];
  /** Name of the variable that the id stands for. */
  readonly variable: 'document_id' | 'chunk_id';
}

/** Every shape of addresses that there is. */
export const TEMPLATES: readonly Template[] = (['user', 'tenant', 'agent'] as const).flatMap((scope) =>
  (['documents', 'chunks'] as const).map((kind): Template => {
    const variable = kind === 'documents' ? 'document_id' : 'chunk_id';
    return { uri: `loomcycle://${scope === 'agent' ? 'agent/{agent}' : scope}/${kind}/{${variable}}`, scope, kind, variable };
  }),
);
