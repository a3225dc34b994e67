import { Refusal } from '../errors.js';
import { hasScope, type Principal, type ScopeName } from '../identity/principal.js';
import type { Scope } from '../scope/scope.js';

/** What a declared agent brings to the question whose storage a call may name. */
export interface AgentIdentity {
  /** As whom it acts. */
  readonly principal: Principal;
  /** Scopes that it holds beside those of its principal. */
  readonly grants: readonly ScopeName[];
}

export interface ScopeRequest {
  readonly principal: Principal;
  /** Resident agent that makes the call, if one does. */
  readonly agent?: string | undefined;
  /** Run that makes the call, if one does. */
  readonly run?: string | undefined;
  /** Only `scope` and `agent` are looked at. */
  readonly input: Record<string, unknown>;
}

/** Ids of the files of a tenant: documents, names and memory that it shares; its global channels; what it defined. */
const SHARED = 'shared';
const CHANNELS = 'channels';
const DEFINITIONS = 'definitions';

/** Where the channels of a tenant are: those that all of it share, and the declarations of all. */
export function channelsScope(tenant: string): Scope {
  return { tenant, kind: 'tenant', id: CHANNELS };
}

/** Where the agents, skills and MCP servers are that a tenant defined at run time. No call can name it. */
export function definitionsScope(tenant: string): Scope {
  return { tenant, kind: 'tenant', id: DEFINITIONS };
}

/**
 * The storage scope that a call names, bounded by who calls: the tenant never comes from the wire, a
 * user's id neither, and an agent's name only where that agent acts for the caller.
 */
export class ScopeResolver {
  constructor(private agents: ReadonlyMap<string, AgentIdentity>) {}

  /** These agents are declared now. */
  replace(agents: ReadonlyMap<string, AgentIdentity>): void {
    this.agents = agents;
  }

  /** @throws Refusal `scope_unsupported` */
  resolve(request: ScopeRequest): Scope {
    const { principal, input } = request;
    const { tenant, subject } = principal;
    const kind = input.scope ?? 'user';
    if (input.agent !== undefined && kind !== 'agent') {
      throw new Refusal('scope_unsupported', 'agent names whose storage to use with scope "agent" only', { scope: kind });
    }
    switch (kind) {
      case 'user':
        return { tenant, kind: 'user', id: subject };
      case 'agent':
        return { tenant, kind: 'agent', id: this.agentOf(request) };
      case 'tenant':
        this.requireTenantGrant(request);
        return { tenant, kind: 'tenant', id: SHARED };
      case 'run':
        if (request.run !== undefined) return { tenant, kind: 'run', id: request.run };
        throw new Refusal('scope_unsupported', 'scope "run" is there for as long as a run, and this call is part of none', { scope: kind });
      case 'global':
        return channelsScope(tenant);
      default:
        throw new Refusal('scope_unsupported', `scope ${JSON.stringify(kind)} is not one of user, agent, tenant`, { scope: kind });
    }
  }

  private agentOf({ principal, agent, input }: ScopeRequest): string {
    const name = input.agent ?? agent;
    if (typeof name !== 'string' || name === '') {
      throw new Refusal('scope_unsupported', 'scope "agent" is the storage of an agent: say which with agent', { scope: 'agent' });
    }
    if (name === agent || hasScope(principal, 'substrate:admin')) return name;
    const owner = this.agents.get(name)?.principal;
    if (owner && owner.tenant === principal.tenant && owner.subject === principal.subject) return name;
    throw new Refusal('scope_unsupported', `no agent ${JSON.stringify(name)} acts for you`, { scope: 'agent', agent: name });
  }

  private requireTenantGrant({ principal, agent }: ScopeRequest): void {
    const granted = agent !== undefined && this.agents.get(agent)?.grants.includes('documents:tenant');
    if (granted || hasScope(principal, 'documents:tenant')) return;
    throw new Refusal('forbidden', 'the storage of the whole tenant needs the scope documents:tenant', { scope: 'documents:tenant' });
  }
}
