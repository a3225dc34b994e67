import { pathToFileURL } from 'node:url';
import type { Setup } from '../../bundles/setup.js';
import type { Skill } from '../../bundles/skills.js';
import type { Config } from '../../config/schema.js';
import { agentContent, type AgentContent } from '../../definitions/agent-content.js';
import type { AgentDefinition } from '../../definitions/agent-definition.js';
import type { McpServerContent } from '../../definitions/mcp-server-definition.js';
import type { SkillContent } from '../../definitions/skill-definition.js';

/** What only the configuration says of an agent. */
export type OperatorRights = Pick<AgentDefinition, 'sql_scopes' | 'allow_trifecta' | 'code_module'>;

/** Whether a file of the operator's has it, or a bundle, on which such a file may lie. */
interface Sourced {
  readonly source: 'yaml' | 'bundle';
}

export interface ConfiguredAgent extends Sourced {
  readonly content: AgentContent;
  /** Events wake it: nobody runs it. */
  readonly resident: boolean;
  readonly rights: OperatorRights;
}

/** Everything that the configuration defines, by name. */
export interface Configured {
  readonly agent: ReadonlyMap<string, ConfiguredAgent>;
  readonly skill: ReadonlyMap<string, Sourced & { readonly content: SkillContent }>;
  readonly mcp_server: ReadonlyMap<string, Sourced & { readonly content: McpServerContent }>;
}

export function configuredDefinitions({ config, skills, bundled }: Setup): Configured {
  return {
    agent: mapped(Object.entries(config.agents), (agent, name) => ({ ...agentOf(agent), ...sourceIn(bundled.agents, name) })),
    skill: mapped(skills.map((skill): [string, Skill] => [skill.name, skill]), skillOf),
    mcp_server: mapped(Object.entries(config.mcp_servers), (content, name) => ({ content, ...sourceIn(bundled.mcp_servers, name) })),
  };
}

function mapped<Said, Defined>(entries: readonly (readonly [string, Said])[], define: (said: Said, name: string) => Defined): Map<string, Defined> {
  return new Map(entries.map(([name, said]) => [name, define(said, name)]));
}

function sourceIn(bundled: ReadonlySet<string>, name: string): Sourced {
  return { source: bundled.has(name) ? 'bundle' : 'yaml' };
}

const CONTENT_KEYS = Object.keys(agentContent.shape) as (keyof AgentContent)[];

function agentOf(agent: Config['agents'][string]): Omit<ConfiguredAgent, keyof Sourced> {
  const said = CONTENT_KEYS.map((key): [string, unknown] => [key, agent[key]]).filter(([, value]) => value !== undefined);
  const { system_prompt_file: file, code_module: code } = agent;
  return {
    content: { ...(Object.fromEntries(said) as AgentContent), ...(file ? { system_prompt: file.text } : {}) },
    resident: agent.resident === true,
    rights: {
      sql_scopes: agent.sql_scopes ?? [],
      allow_trifecta: agent.allow_trifecta ?? false,
      ...(code === undefined ? {} : { code_module: pathToFileURL(code).href }),
    },
  };
}

function skillOf({ description, body, allowedTools }: Skill): Sourced & { content: SkillContent } {
  return { source: 'bundle', content: { description, body, ...(allowedTools ? { allowed_tools: [...allowedTools] } : {}) } };
}
