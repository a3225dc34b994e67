/** What can be defined at run time, in versions. */
export const DEFINITION_KINDS = ['agent', 'skill', 'mcp_server'] as const;
export type DefinitionKind = (typeof DEFINITION_KINDS)[number];

/** Where a definition comes from: the configuration, a bundle, the own tenant, or the shared tenant. */
export type DefinitionSource = 'yaml' | 'bundle' | 'tenant' | 'shared';

/** First characters of the ids of versions. */
export const ID_PREFIX: Readonly<Record<DefinitionKind, string>> = { agent: 'def_', skill: 'sdf_', mcp_server: 'mdf_' };

/** The tool that defines a kind. */
export const TOOL_OF: Readonly<Record<DefinitionKind, string>> = { agent: 'agentdef', skill: 'skilldef', mcp_server: 'mcpserverdef' };

/** How people call one of a kind. */
export const NOUN: Readonly<Record<DefinitionKind, string>> = { agent: 'agent', skill: 'skill', mcp_server: 'MCP server' };

/** Longest content of a version, as JSON, and longest description, in bytes (reference: tools 9). */
export const MAX_DEFINITION_BYTES = 128 * 1024;
export const MAX_DESCRIPTION_BYTES = 8 * 1024;

export const DEFINITION_NAME = /^[A-Za-z0-9_-]{1,128}$/;
