import { coversTool, within } from '../../definitions/narrowing.js';
import type { RunCall, RunSecrets } from '../../runs/protocol.js';
import type { RunRow } from '../../runs/types.js';
import { agentTool } from './agent-tool.js';
import { contextTool } from './context-tool.js';
import { interruptionTool, type InterruptionSettings } from './interruption-tool.js';
import { registryTool } from './registry-tools.js';
import { skillTool } from './skill-tool.js';
import type { RunTool } from './tool.js';

/** The run for which tools are found. */
export interface ToolSeeker {
  readonly row: RunRow;
  readonly secrets: RunSecrets;
  readonly signal: AbortSignal;
  /** Asks the main thread. @throws Refusal */
  call<Result>(call: RunCall): Promise<Result>;
}

/** Finds tools by name for a run, of MCP servers, of the web and the like. A name may end with `*`, for all that begin so. */
export type ToolSource = (names: readonly string[], seeker: ToolSeeker) => Promise<readonly RunTool[]>;

/** The tools of a run: what its agent lists, and its client left of that; none that nobody listed. */
export async function toolsOf(seeker: ToolSeeker, settings: InterruptionSettings, sources: readonly ToolSource[]): Promise<ReadonlyMap<string, RunTool>> {
  const { row } = seeker;
  const { definition, request } = row;
  const narrowed = request.allowed_tools;
  const listed = narrowed ? within(definition.allowed_tools, narrowed, coversTool) : definition.allowed_tools;
  // Skills that are listed can be read.
  const names = new Set(definition.skills.length > 0 ? [...listed, 'Skill'] : listed);
  const own = new Map([agentTool, contextTool, skillTool, interruptionTool(settings)].map((tool) => [tool.spec.name, tool]));
  const here = [...names].flatMap((name) => own.get(name) ?? registryTool(name, row) ?? []);
  const others = [...names].filter((name) => !here.some(({ spec }) => spec.name === name));
  const found = others.length === 0 ? [] : (await Promise.all(sources.map((source) => source(others, seeker)))).flat();
  return new Map([...here, ...found].map((tool) => [tool.spec.name, tool]));
}
