import { z } from 'zod';
import { agentContent } from '../../definitions/agent-content.js';
import { DEFINITION_NAME, NOUN, TOOL_OF, type DefinitionKind } from '../../definitions/kinds.js';
import { mcpServerContent } from '../../definitions/mcp-server-definition.js';
import { skillContent } from '../../definitions/skill-definition.js';
import { serviceOperation, type Operation } from '../operation.js';
import type { Content } from './contents.js';
import { create, fork, get, list, promote, retire, verify, type DefineRequest } from './defining.js';
import { listedNames } from './names-listing.js';
import { rediscoverOperation } from './rediscover.js';
import { shown } from './shown.js';

const TENANT = 'substrate:tenant';

const name = z.string().regex(DEFINITION_NAME, 'a name has 1 to 128 letters, digits, _ and -');
const defId = z.string().min(1).max(128);
const activeDefId = defId.nullable().optional().describe('The version that you saw as the active one, null for none: refused where it is another by now');
const time = z.iso.datetime();

const row = z.strictObject({
  def_id: z.string(),
  name: z.string(),
  version: z.int().describe('From 1, without gaps'),
  parent_def_id: z.string().nullable(),
  description: z.string(),
  created_at: time,
  created_by: z.string(),
  created_by_agent_id: z.string().nullable().describe('Name of the agent that made it'),
  retired: z.boolean(),
  active: z.boolean().describe('Whether the name stands for it'),
  bootstrapped_from_static: z.boolean().describe('What the configuration said when it was first forked'),
  content_sha256: z.string(),
  definition: z.record(z.string(), z.unknown()),
});
const added = row.extend({ promoted: z.boolean(), deduplicated: z.literal(true).optional().describe('The active version says the same: nothing was added') });

const nameRow = z.strictObject({
  name: z.string(),
  description: z.string(),
  source: z.enum(['yaml', 'bundle', 'tenant', 'shared']).nullable().describe('Where what it stands for comes from; null where nothing of it is in use'),
  tenant_id: z.string(),
  resident: z.boolean().optional().describe('Of an agent: events wake it, and nobody runs it'),
  in_static: z.boolean().describe('Whether the configuration has it, too'),
  version_count: z.int(),
  live_version_count: z.int().describe('Versions that are not retired'),
  latest_version: z.int(),
  active_def_id: z.string().nullable(),
  active_retired: z.boolean(),
  last_updated: time.nullable(),
});

function input<Shape extends z.ZodRawShape>(op: string, shape: Shape) {
  return z.strictObject({ op: z.literal(op), ...shape });
}

function operationsFor(kind: DefinitionKind, overlay: z.ZodType): Operation[] {
  const tool = TOOL_OF[kind];
  const noun = NOUN[kind];
  const said = {
    overlay: overlay.prefault({}).describe(`What it says of the ${noun}`),
    description: z.string().optional().describe('What this version is about, for people'),
  };
  return [
    serviceOperation(tool, TENANT, {
      op: 'create',
      summary: `Define a new ${noun}, or a new version of one that your tenant defined`,
      input: input('create', { name, ...said, promote: z.boolean().default(true).describe('Whether the name stands for it from now on'), active_def_id: activeDefId }),
      output: added,
      run: async ({ definitions }, call, request) => shown(kind, await create(definitions, call, kind, asRequest(request))),
    }),
    serviceOperation(tool, TENANT, {
      op: 'fork',
      summary: `Make a version of ${noun === 'skill' ? 'a' : 'an'} ${noun} that says something otherwise; it may do less, never more`,
      input: input('fork', {
        name,
        parent_def_id: defId.optional().describe('The version that it comes of; without it what the name stands for'),
        ...said,
        promote: z.boolean().default(false).describe('Whether the name stands for it from now on'),
        active_def_id: activeDefId,
      }),
      output: added,
      run: async ({ definitions }, call, request) => shown(kind, await fork(definitions, call, kind, asRequest(request))),
    }),
    serviceOperation(tool, TENANT, {
      op: 'get',
      summary: 'Read a version',
      readOnly: true,
      input: input('get', { def_id: defId }),
      output: row,
      run: async ({ definitions }, call, { def_id }) => shown(kind, await get(definitions, call, kind, def_id)),
    }),
    serviceOperation(tool, TENANT, {
      op: 'list',
      summary: 'List the versions that your tenant has of a name, the newest first',
      readOnly: true,
      input: input('list', { name }),
      output: z.strictObject({ name: z.string(), versions: z.array(row) }),
      run: async ({ definitions }, call, { name }) => ({ name, versions: (await list(definitions, call, kind, name)).map((each) => shown(kind, each)) }),
    }),
    serviceOperation(tool, TENANT, {
      op: 'promote',
      summary: 'Make a version the one that its name stands for',
      input: input('promote', { def_id: defId, active_def_id: activeDefId }),
      output: z.strictObject({ def_id: z.string(), name: z.string(), promoted: z.literal(true) }),
      run: async ({ definitions }, call, request) => {
        const { def_id, name } = await promote(definitions, call, kind, request);
        return { def_id, name, promoted: true };
      },
    }),
    serviceOperation(tool, TENANT, {
      op: 'retire',
      summary: 'Take a version out of use, or with retired false back into it; a name whose active version is retired cannot be used',
      destructive: true,
      input: input('retire', {
        def_id: defId.optional(),
        name: name.optional().describe('In place of def_id, to take out of use what the name stands for'),
        retired: z.boolean().default(true),
      }),
      output: z.strictObject({ def_id: z.string(), name: z.string(), retired: z.boolean() }),
      run: async ({ definitions }, call, request) => {
        const version = await retire(definitions, call, kind, request);
        return { def_id: version.def_id, name: version.name, retired: version.retired };
      },
    }),
    serviceOperation(tool, TENANT, {
      op: 'verify',
      summary: 'Tell whether what a name stands for says exactly what you expect, by its content_sha256',
      readOnly: true,
      input: input('verify', { name, content_sha256: z.string().regex(/^[0-9a-fA-F]{64}$/, 'takes 64 hex digits') }),
      output: z.strictObject({
        matches: z.boolean(),
        current_sha256: z.string().nullable(),
        current_def_id: z.string().nullable(),
        version: z.int().nullable(),
        name: z.string(),
        deployed: z.boolean().describe('Whether the name can be used'),
      }),
      run: async ({ definitions }, call, { name, content_sha256 }) => verify(definitions, call, kind, name, content_sha256),
    }),
    serviceOperation(tool, TENANT, {
      op: 'names',
      summary: `List the ${noun}s that your tenant can use or has versions of`,
      readOnly: true,
      input: input('names', {}),
      output: z.strictObject({ names: z.array(nameRow) }),
      run: async ({ definitions }, call) => ({ names: await listedNames(definitions, call, kind) }),
    }),
  ];
}

function asRequest<Request extends { op: string; overlay: unknown }>(request: Request): Request & DefineRequest {
  return request as Request & { overlay: Content } as Request & DefineRequest;
}

/** The tools `agentdef`, `skilldef` and `mcpserverdef` (reference: tools 9, wire 3.6). */
export const defOperations: readonly Operation[] = [
  ...operationsFor('agent', agentContent),
  ...operationsFor('skill', skillContent),
  ...operationsFor('mcp_server', mcpServerContent),
  rediscoverOperation,
];
