import { hasScope, samePrincipal, SCOPES, type Principal } from './principal.js';

/** A declared principal, or the legacy token's, that has a secret. */
export interface BoundSecret {
  readonly principal: Principal;
  /** The variable that holds the secret. */
  readonly variable: string;
  readonly secret: string;
}

/** What other secrets and principals mean for whoever came in by the earlier ones. */
export interface SecretChanges {
  /** Token ids of principals that are gone, have another secret, or act on other data now. */
  readonly ended: readonly string[];
  /** Principals that stand for the same secret and data as before with other scopes, and whether they lost any. */
  readonly scoped: readonly { readonly principal: Principal; readonly lost: boolean }[];
}

/** Compares by token id, which names the declared principal. */
export function secretChanges(before: readonly BoundSecret[], after: readonly BoundSecret[]): SecretChanges {
  const now = new Map(after.map((each) => [each.principal.tokenId, each]));
  const ended: string[] = [];
  const scoped: { principal: Principal; lost: boolean }[] = [];
  for (const { principal: old, secret } of before) {
    const next = now.get(old.tokenId);
    if (!next || next.secret !== secret || !samePrincipal(old, next.principal)) {
      if (old.tokenId !== undefined) ended.push(old.tokenId);
      continue;
    }
    const { principal } = next;
    const differ = SCOPES.filter((scope) => old.scopes.includes(scope) !== principal.scopes.includes(scope));
    if (differ.length > 0) scoped.push({ principal, lost: SCOPES.some((scope) => hasScope(old, scope) && !hasScope(principal, scope)) });
  }
  return { ended, scoped };
}
