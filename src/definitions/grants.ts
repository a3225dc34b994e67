import type { DefinitionGrant } from './agent-definition.js';

/** An agent that defines something, and what it is granted for the kind. Undefined stands for people, who need no grant. */
export interface DefiningAgent {
  readonly agent: string;
  readonly grants: readonly DefinitionGrant[];
  /** Names of the call that the configuration or the shared tenant has: nobody's to take. */
  readonly elsewhere: readonly string[];
}

/** What decides whether a grant covers a name. */
export interface GrantedName {
  readonly name: string;
  /** Whether the name is that of the agent itself. */
  readonly isSelf: boolean;
  /** Whether the agent made it, or an agent did that the agent made: runs only where a grant needs it. */
  isDescendant(): boolean;
}

export function isGranted(grants: readonly DefinitionGrant[], { name, isSelf, isDescendant }: GrantedName): boolean {
  if (grants.includes('any') || grants.includes(`named:${name}`)) return true;
  return (isSelf && grants.includes('self')) || (grants.includes('descendants') && isDescendant());
}
