import type { AgentContent } from '../../definitions/agent-content.js';
import type { AgentDefinition } from '../../definitions/agent-definition.js';
import { contentSha256 } from '../../definitions/content-hash.js';
import type { McpServerContent, McpServerDefinition } from '../../definitions/mcp-server-definition.js';
import { coversHost, narrowed } from '../../definitions/narrowing.js';
import type { SkillContent, SkillDefinition } from '../../definitions/skill-definition.js';
import type { ConfiguredAgent, OperatorRights } from './configured.js';
import type { Found } from './definition-service.js';

const NO_RIGHTS: OperatorRights = { sql_scopes: [], allow_trifecta: false };

/**
 * An agent as a run needs it. A version of a name that the configuration has, too, is held to what the
 * configuration says by now: what the operator took away since is gone.
 * @param hosts those that the operator lists for definitions.
 */
export function toAgent(name: string, found: Found, configured: ConfiguredAgent | undefined, hosts: readonly string[]): AgentDefinition {
  if (!('version' in found)) {
    const { content, rights } = configured!;
    return { ...complete(content), ...rights, name, content_sha256: contentSha256(content) };
  }
  const { def_id, version, content_sha256, definition } = found.version;
  const content = definition as AgentContent;
  // Whether it may do all three things at once was judged of other words: it does not hold for a definition.
  const rights = configured ? { ...configured.rights, allow_trifecta: false } : NO_RIGHTS;
  const allowed = [...hosts, ...(configured?.content.allowed_hosts ?? [])];
  const held = complete(configured ? narrowed(configured.content, content) : content);
  const allowed_hosts = held.allowed_hosts.filter((host) => allowed.some((each) => coversHost(each, host)));
  return { ...held, allowed_hosts, ...rights, name, def_id, version, content_sha256 };
}

type Complete = Omit<AgentDefinition, 'name' | 'content_sha256' | keyof OperatorRights>;

function complete(content: AgentContent): Complete {
  const said = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)) as AgentContent;
  return {
    ...said,
    description: said.description ?? '',
    system_prompt: said.system_prompt ?? '',
    allowed_tools: said.allowed_tools ?? [],
    skills: said.skills ?? [],
    memory_scopes: said.memory_scopes ?? [],
    agent_def_scopes: said.agent_def_scopes ?? [],
    skill_def_scopes: said.skill_def_scopes ?? [],
    mcp_server_def_scopes: said.mcp_server_def_scopes ?? [],
    allowed_hosts: said.allowed_hosts ?? [],
  } as Complete;
}

export function toSkill(name: string, found: Found, configured: { content: SkillContent } | undefined): SkillDefinition {
  const content = 'version' in found ? (found.version.definition as SkillContent) : configured!.content;
  const { description = '', body = '', allowed_tools } = content;
  return { name, description, body, ...(allowed_tools ? { allowed_tools } : {}), source: found.source, ...versionOf(found), content_sha256: contentSha256(content) };
}

export function toServer(name: string, found: Found, configured: { content: McpServerContent } | undefined): McpServerDefinition {
  const content = 'version' in found ? (found.version.definition as unknown as McpServerContent) : configured!.content;
  return { ...content, name, description: content.description ?? '', source: found.source, ...versionOf(found), content_sha256: contentSha256(content) };
}

function versionOf(found: Found): { def_id?: string; version?: number } {
  return 'version' in found ? { def_id: found.version.def_id, version: found.version.version } : {};
}
