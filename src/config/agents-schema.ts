import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { agentShape, modelProblem, type AgentContent } from '../definitions/agent-content.js';
import { FILE_TYPE } from './json-schema.js';
import { mcpServerShape, serverProblems } from '../definitions/mcp-server-definition.js';

/** A file with text. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}

const MAX_PROMPT_BYTES = 1024 * 1024;

/** Relative to the configuration file that says it. */
const file = z.string().min(1).meta({ title: FILE_TYPE });

/** Read with the configuration, so that a reload tells when its text has changed. */
const textFile = file.transform((name, ctx): TextFile => {
  const text = readText(name);
  if (typeof text === 'string') return { file: name, text };
  ctx.addIssue({ code: 'custom', message: `${name}: ${text.problem}`, input: name });
  return z.NEVER;
});

function readText(name: string): string | { problem: string } {
  try {
    if (statSync(name).size > MAX_PROMPT_BYTES) return { problem: `is longer than ${MAX_PROMPT_BYTES} bytes` };
    return readFileSync(name, 'utf8').trim();
  } catch (error) {
    return { problem: `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})` };
  }
}

function isFile(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Keys of an agent that runs need, of residents and of all others (reference: wire 4.6). `channels` and `description` stand with the rest. */
const { channels: _channels, ...ofRuns } = agentShape;
export const runKeys = {
  ...ofRuns,
  system_prompt: z.string().optional().describe('What it is told before everything else'),
  system_prompt_file: textFile.optional().describe('The same in a file of its own'),
  sql_scopes: z.array(z.enum(['user', 'agent', 'run'])).optional().describe('Databases of its own that it may use: of `user`, `agent`, `run`; none without it'),
  allow_trifecta: z.boolean().optional().describe('It may read private storage, take in texts of strangers and send outward in one run'),
  code_module: file
    .refine(isFile, 'there is no such file')
    .refine((name) => /\.m?js$/.test(name), 'must be a JavaScript module, .js or .mjs: compile TypeScript first')
    .optional()
    .describe('A JavaScript module that acts in the place of a model, see [AGENTS](AGENTS.md#code-agents)'),
};

type Said = Pick<AgentContent, 'model' | 'tier' | 'provider'> & { system_prompt?: unknown; system_prompt_file?: unknown; code_module?: unknown; allowed_tools?: unknown };

/** What keys of an agent say against each other. */
export function requireOneWay(agent: Said, ctx: z.core.$RefinementCtx): void {
  const problem = modelProblem(agent);
  if (problem !== undefined) ctx.addIssue({ code: 'custom', path: [agent.model === undefined ? 'provider' : 'tier'], message: problem });
  if (agent.system_prompt !== undefined && agent.system_prompt_file !== undefined) {
    ctx.addIssue({ code: 'custom', path: ['system_prompt_file'], message: 'excludes system_prompt: say one of them' });
  }
  if (agent.code_module !== undefined && (agent.model ?? agent.tier) !== undefined) {
    ctx.addIssue({ code: 'custom', path: ['code_module'], message: 'acts in the place of a model: leave model and tier out' });
  }
}

const mcpServer = z.strictObject(mcpServerShape).superRefine((server, ctx) => {
  for (const { key, message } of serverProblems(server)) ctx.addIssue({ code: 'custom', path: [key], message });
});

/** Servers of MCP by name. */
export const mcpServersSchema = z.record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a name has 1 to 64 letters, digits, _ and -'), mcpServer);
