import { coversHost } from '../../definitions/narrowing.js';
import type { McpServerContent } from '../../definitions/mcp-server-definition.js';
import { Refusal } from '../../errors.js';

/** What the operator allows to what is defined at run time. */
export interface DefinitionPolicy {
  /** Hosts of MCP servers and of pages that agents read; `*.` and a host stand for any subdomain. */
  readonly hosts: readonly string[];
  /** Whether programs of this machine may be MCP servers. */
  readonly stdio: boolean;
}

/** By LOOMCYCLE_HTTP_HOST_ALLOWLIST, names with commas between them, and LOOMCYCLE_MCP_ALLOW_DYNAMIC_STDIO (reference: wire 3.6). */
export function definitionPolicy(env: NodeJS.ProcessEnv): DefinitionPolicy {
  const listed = (env.LOOMCYCLE_HTTP_HOST_ALLOWLIST ?? '').split(',').map((host) => host.trim().toLowerCase());
  return { hosts: listed.filter((host) => host !== ''), stdio: env.LOOMCYCLE_MCP_ALLOW_DYNAMIC_STDIO === '1' };
}

/** @throws Refusal `forbidden` for a host that the operator does not list. */
export function requireAllowedHosts({ hosts }: DefinitionPolicy, wanted: readonly string[]): void {
  const outside = wanted.filter((host) => !hosts.some((each) => coversHost(each, host)));
  if (outside.length === 0) return;
  throw new Refusal('forbidden', `LOOMCYCLE_HTTP_HOST_ALLOWLIST of the server does not list ${outside.join(', ')}: only the operator can add to it`, { hosts: outside });
}

/** @throws Refusal `forbidden` for a server that the operator does not let tenants define. */
export function requireAllowedServer(policy: DefinitionPolicy, { transport, url }: McpServerContent): void {
  if (transport === 'http') return requireAllowedHosts(policy, [hostOf(url!)]);
  if (policy.stdio) return;
  throw new Refusal('forbidden', 'a program of this machine can be an MCP server only where the configuration says so, or with LOOMCYCLE_MCP_ALLOW_DYNAMIC_STDIO=1', { transport });
}

/** Whether the operator names the very host of a server, and not only a pattern that has it: then any address of it will do. */
export function namesHostOf({ hosts }: DefinitionPolicy, { transport, url }: McpServerContent): boolean {
  return transport !== 'http' || hosts.includes(hostOf(url!));
}

export function hostOf(url: string): string {
  return new URL(url).hostname.toLowerCase();
}
