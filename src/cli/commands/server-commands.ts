import type { Command } from 'commander';
import { operationsOf, TOOLS } from '../../operations/registry.js';
import { request, targetOf } from '../api.js';
import { print } from '../output.js';
import { UsageError } from '../usage-error.js';
import { asking, type Common } from './asking.js';

/** Tools that have a route `POST /v1/_<tool>`, by op; where two have the op, the first. */
function toolOf(op: string, tool: string | undefined): string {
  const tools = tool === undefined ? TOOLS : TOOLS.filter((each) => each === tool);
  const found = tools.find((each) => operationsOf(each).some((known) => known.op === op));
  if (found !== undefined) return found;
  throw new UsageError(`there is no op ${JSON.stringify(op)}${tool === undefined ? '' : ` of ${tool}`}; tools are ${TOOLS.join(', ')}`);
}

/** Commands that ask a running server. */
export function addServerCommands(program: Command): void {
  asking(program, 'health', 'Asks whether the server runs').action(async (options: Common) => {
    print(await request(targetOf(options), 'GET', '/healthz'));
  });

  asking(program, 'reload', 'Makes the server read its configuration again').action(async (options: Common) => {
    print(await request(targetOf(options), 'POST', '/v1/_reload', {}));
  });

  asking(program, 'call', 'Calls an op, as the routes of the tools do')
    .argument('<op>', 'its name, like list_documents, or tool.op, like path.ls')
    .option('--json <object>', 'its input', '{}')
    .action(async (name: string, { json, ...options }: Common & { json: string }) => {
      const [, tool, op] = /^(?:([a-z_]+)\.)?([a-z_]+)$/.exec(name) ?? [];
      if (op === undefined) throw new UsageError(`${JSON.stringify(name)} is no op: give its name, or tool.op`);
      print(await request(targetOf(options), 'POST', `/v1/_${toolOf(op, tool)}`, { ...inputOf(json), op }));
    });
}

/** @throws UsageError for anything but a JSON object. */
function inputOf(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`--json must be a JSON object: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UsageError('--json must be a JSON object');
}
