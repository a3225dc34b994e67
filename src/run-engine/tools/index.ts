import { coversTool, within } from '../../definitions/narrowing.js';
import type { RunRow } from '../../runs/types.js';
import { agentTool } from './agent-tool.js';
import { contextTool } from './context-tool.js';
import { interruptionTool, type InterruptionSettings } from './interruption-tool.js';
import { registryTool } from './registry-tools.js';
import { skillTool } from './skill-tool.js';
import type { RunTool } from './tool.js';

/** Finds tools by name for a run: those of MCP servers, of the web and the like. */
export type ToolSource = (names: readonly string[], row: RunRow) => Promise<readonly RunTool[]>;

/** The tools of a run: what its agent lists, and its client left of that; none that nobody listed. */
export async function toolsOf(row: RunRow, settings: InterruptionSettings, sources: readonly ToolSource[]): Promise<ReadonlyMap<string, RunTool>> {
  const { definition, request } = row;
  const narrowed = request.allowed_tools;
  const listed = narrowed ? within(definition.allowed_tools, narrowed, coversTool) : definition.allowed_tools;
  // Skills that are listed can be read.
  const names = new Set(definition.skills.length > 0 ? [...listed, 'Skill'] : listed);
  const own = new Map([agentTool, contextTool, skillTool, interruptionTool(settings)].map((tool) => [tool.spec.name, tool]));
  const here = [...names].flatMap((name) => own.get(name) ?? registryTool(name, row) ?? []);
  const others = [...names].filter((name) => !here.some(({ spec }) => spec.name === name));
  const found = others.length === 0 ? [] : (await Promise.all(sources.map((source) => source(others, row)))).flat();
  return new Map([...here, ...found].map((tool) => [tool.spec.name, tool]));
}
