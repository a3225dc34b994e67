import { modelProblem, type AgentContent } from '../../definitions/agent-content.js';
import type { AgentDefinition } from '../../definitions/agent-definition.js';
import { MAX_DEFINITION_BYTES, MAX_DESCRIPTION_BYTES, type DefinitionKind } from '../../definitions/kinds.js';
import { serverProblems, type McpServerContent } from '../../definitions/mcp-server-definition.js';
import { toolsBeyond, widenings } from '../../definitions/narrowing.js';
import { MAX_BODY_BYTES, type SkillContent } from '../../definitions/skill-definition.js';
import { Refusal } from '../../errors.js';
import type { ServiceCall } from '../operation.js';
import type { DefinitionService } from './definition-service.js';
import { hostOf, requireAllowedHosts, requireAllowedServer } from './server-policy.js';

/** What a definition says, of any kind. */
export type Content = AgentContent | SkillContent | Partial<McpServerContent>;

/** The agent that makes the call, as it is now; undefined for people. */
export type Caller = AgentDefinition | undefined;

/** What is checked, and how, by kind. */
interface Kind<Of extends Content> {
  /** A fork: what its parent says, and what the fork says otherwise. */
  merge(parent: Of, overlay: Of): Of;
  /** Checks that it can be used. Rejects with a Refusal. */
  requireWhole(service: DefinitionService, call: ServiceCall, content: Of): Promise<void> | void;
  /** What of it goes past what it is made from. */
  beyondParent(parent: Of, content: Of): { key: string; message: string }[];
  /** What of it goes past the agent that makes it. */
  beyondCaller(caller: AgentDefinition, content: Of): { key: string; message: string }[];
  /** Checks what the operator allows to something new. @throws Refusal `forbidden` */
  requireAllowed(service: DefinitionService, content: Of): void;
}

const agents: Kind<AgentContent> = {
  merge(parent, overlay) {
    const { model, tier, provider, ...rest } = parent;
    const kept = overlay.model !== undefined ? {} : overlay.tier !== undefined ? {} : { model, tier, provider };
    return { ...rest, ...kept, ...overlay };
  },
  async requireWhole(service, { principal }, content) {
    const problem = modelProblem(content);
    if (problem !== undefined) throw new Refusal('invalid_input', problem);
    for (const name of content.skills ?? []) {
      const { allowed_tools = [] } = await service.skill(principal, name);
      const missing = toolsBeyond(content.allowed_tools ?? [], allowed_tools);
      if (missing.length === 0) continue;
      throw new Refusal('invalid_input', `skills: ${name} works with ${missing.join(', ')}: add that to allowed_tools, or take the skill out`, { skill: name, missing });
    }
  },
  beyondParent: widenings,
  beyondCaller: (caller, content) => widenings(caller as unknown as AgentContent, content),
  requireAllowed: ({ policy }, { allowed_hosts = [] }) => requireAllowedHosts(policy, allowed_hosts),
};

function beyondTools(allowed: readonly string[], wanted: readonly string[]): { key: string; message: string }[] {
  const outside = toolsBeyond(allowed, wanted);
  return outside.length === 0 ? [] : [{ key: 'allowed_tools', message: outside.map((tool) => JSON.stringify(tool)).join(', ') }];
}

const skills: Kind<SkillContent> = {
  merge: (parent, overlay) => ({ ...parent, ...overlay }),
  requireWhole(_service, _call, { body }) {
    if (body === undefined) throw new Refusal('missing_field', 'missing required field: overlay.body');
  },
  beyondParent: (parent, { allowed_tools = [] }) => (parent.allowed_tools ? beyondTools(parent.allowed_tools, allowed_tools) : []),
  beyondCaller: (caller, { allowed_tools = [] }) => beyondTools(caller.allowed_tools, allowed_tools),
  requireAllowed: () => undefined,
};

/** `${…}` in a text of a server. */
const REFERENCE = /\$\{([^}]*)\}/g;

const servers: Kind<Partial<McpServerContent>> = {
  // What is secret goes only where it was meant to go: elsewhere it has to be said again.
  merge(parent, overlay) {
    const { headers, env, args, ...rest } = parent;
    const moved = (['transport', 'url', 'command'] as const).some((key) => overlay[key] !== undefined && overlay[key] !== parent[key]);
    const changed = moved || (overlay.args !== undefined && JSON.stringify(overlay.args) !== JSON.stringify(args));
    const ofTransport = overlay.transport === undefined || overlay.transport === parent.transport ? rest : { ...rest, url: undefined, command: undefined };
    return said({ ...ofTransport, ...(moved ? {} : { headers, args }), ...(changed ? {} : { env }), ...overlay });
  },
  requireWhole(_service, _call, content) {
    const problems = serverProblems(content);
    if (problems.length > 0) throw new Refusal('invalid_input', problems.map(({ key, message }) => `${key}: ${message}`).join('; '), { issues: problems });
    for (const [, name] of JSON.stringify(content).matchAll(REFERENCE)) {
      if (/^run\.(user_bearer|credentials\.[A-Za-z0-9_-]+)$/.test(name!)) continue;
      throw new Refusal('invalid_input', `\${${name}} stands for nothing in a definition: only \${run.user_bearer} and \${run.credentials.<name>} do, the environment of the server is the operator's`);
    }
  },
  beyondParent: (parent, { allowed_tools }) => {
    if (!parent.allowed_tools) return [];
    return allowed_tools ? beyondTools(parent.allowed_tools, allowed_tools) : [{ key: 'allowed_tools', message: 'all' }];
  },
  beyondCaller(caller, { transport, url, headers }) {
    if (transport === 'stdio') return [{ key: 'transport', message: 'stdio: no agent starts programs of this machine' }];
    const outside = widenings({ allowed_hosts: [...caller.allowed_hosts] }, { allowed_hosts: [hostOf(url!)] });
    const passes = Object.entries(headers ?? {}).filter(([, value]) => value.includes('${run.'));
    return [
      ...outside.map(({ message }) => ({ key: 'url', message: `the host ${message}` })),
      ...passes.map(([name]) => ({ key: `headers.${name}`, message: 'only people pass on who runs an agent' })),
    ];
  },
  requireAllowed: ({ policy }, content) => requireAllowedServer(policy, content as McpServerContent),
};

const KINDS: Readonly<Record<DefinitionKind, unknown>> = { agent: agents, skill: skills, mcp_server: servers };

export function kindOf(kind: DefinitionKind): Kind<Content> {
  return KINDS[kind] as Kind<Content>;
}

/** @throws Refusal `definition_widens` naming every key that goes past the ceiling. @param of whose ceiling it is. */
export function requireNarrow(beyond: readonly { key: string; message: string }[], of: string): void {
  if (beyond.length === 0) return;
  const all = beyond.map(({ key, message }) => `${key}: ${message}`).join('; ');
  throw new Refusal('definition_widens', `more than ${of} may: ${all}. Leave it out, or fork what has it`, { beyond: [...beyond] });
}

/** @throws Refusal `too_large` */
export function requireSizes(kind: DefinitionKind, content: Content, description: string): void {
  const limit = kind === 'skill' ? MAX_BODY_BYTES * 2 : MAX_DEFINITION_BYTES;
  const sizes: [string, number, number][] = [
    ['definition', Buffer.byteLength(JSON.stringify(content)), limit],
    ['description', Buffer.byteLength(description), MAX_DESCRIPTION_BYTES],
    ['overlay.description', Buffer.byteLength(content.description ?? ''), MAX_DESCRIPTION_BYTES],
  ];
  for (const [what, bytes, most] of sizes) {
    if (bytes > most) throw new Refusal('too_large', `${what} has ${bytes} bytes, and ${most} are the most`, { limit: most });
  }
}

/** Without the keys that say nothing. */
export function said<Of extends object>(content: Of): Of {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)) as Of;
}
