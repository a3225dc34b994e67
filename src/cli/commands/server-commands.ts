import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { operationsOf, TOOLS } from '../../operations/registry.js';
import { request, targetOf } from '../api.js';
import { asking, print, type Common } from './asking.js';

/** Tools that have a route `POST /v1/_<tool>`, by op; where two have the op, the first. */
function toolOf(op: string, tool: string | undefined): string {
  const tools = tool === undefined ? TOOLS : TOOLS.filter((each) => each === tool);
  const found = tools.find((each) => operationsOf(each).some((known) => known.op === op));
  if (found !== undefined) return found;
  throw new Error(`there is no op ${JSON.stringify(op)}${tool === undefined ? '' : ` of ${tool}`}; tools are ${TOOLS.join(', ')}`);
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
      if (op === undefined) throw new Error(`${JSON.stringify(name)} is no op: give its name, or tool.op`);
      print(await request(targetOf(options), 'POST', `/v1/_${toolOf(op, tool)}`, { ...inputOf(json), op }));
    });

  asking(program, 'import', 'Imports a Markdown file as a document')
    .argument('<file>', 'the file')
    .option('--path <path>', 'a name for the document, like /plans/launch')
    .action(async (file: string, { path, ...options }: Common & { path?: string }) => {
      const markdown = readFileSync(file, 'utf8');
      print(await request(targetOf(options), 'POST', '/v1/_document', { op: 'import_md', markdown, ...(path === undefined ? {} : { path }) }));
    });

  asking(program, 'export', 'Writes a document as Markdown')
    .argument('<document>', 'its id, or its path')
    .option('--out <file>', 'where to write it (default: standard output)')
    .action(async (document: string, { out, ...options }: Common & { out?: string }) => {
      const which = document.startsWith('/') ? { path: document } : { document_id: document };
      const { markdown } = (await request(targetOf(options), 'POST', '/v1/_document', { op: 'export_md', ...which })) as { markdown: string };
      if (out === undefined) process.stdout.write(markdown);
      else writeFileSync(out, markdown);
    });
}

/** @throws for anything but a JSON object. */
function inputOf(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`--json must be a JSON object: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error('--json must be a JSON object');
}
