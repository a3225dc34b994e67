import { z } from 'zod';
import { DEFINITION_NAME, TOOL_OF } from '../../definitions/kinds.js';
import { serviceOperation, type Operation } from '../operation.js';
import { turn } from '../run/shapes.js';
import { callerOf, list, requireWithin } from './defining.js';

const { user_bearer, user_credentials } = turn;

/** Not of agents and skills: there is nobody to ask. */
export const rediscoverOperation: Operation = serviceOperation(TOOL_OF.mcp_server, 'substrate:tenant', {
  op: 'rediscover',
  summary: 'Ask an MCP server which tools it offers now, within 30 seconds; runs that begin after it have these',
  readOnly: true,
  openWorld: true,
  input: z.strictObject({
    op: z.literal('rediscover'),
    name: z.string().regex(DEFINITION_NAME, 'a name has 1 to 128 letters, digits, _ and -').describe('Name of the server, of your tenant, the configuration or the shared tenant'),
    user_bearer: user_bearer.describe('In the place of ${run.user_bearer} in its headers; never kept'),
    user_credentials: user_credentials.describe('In the place of ${run.credentials.<name>} in its headers; never kept'),
  }),
  output: z.strictObject({
    name: z.string(),
    source: z.enum(['yaml', 'bundle', 'tenant', 'shared']),
    def_id: z.string().nullable(),
    version: z.int().nullable(),
    discovered_at: z.iso.datetime(),
    tools: z.array(
      z.strictObject({
        name: z.string().describe('What agents list: mcp__<server>__<tool>'),
        tool: z.string(),
        description: z.string().describe('As the server says: nobody vouches for it'),
        input_schema: z.record(z.string(), z.unknown()),
        read_only: z.boolean(),
        idempotent: z.boolean(),
      }),
    ),
    withheld: z.array(z.string()).describe("Tools that agents do not get, since allowed_tools of your tenant's server lacks them or their names cannot be used"),
    truncated: z.boolean().describe('There are more, which did not fit'),
  }),
  run: async ({ definitions, runs }, call, { name, user_bearer, user_credentials }) => {
    // Whoever may not read it may not reach it.
    await list(definitions, call, 'mcp_server', name);
    const server = await definitions.mcpServer(call.principal, name);
    const { caller } = await callerOf(definitions, call, 'mcp_server', name);
    requireWithin('mcp_server', caller, server);
    const found = await runs.discover(call.principal, server, { ...(user_bearer === undefined ? {} : { user_bearer }), ...(user_credentials === undefined ? {} : { user_credentials }) });
    const { source, def_id = null, version = null } = server;
    return { name, source, def_id, version, discovered_at: new Date().toISOString(), ...found };
  },
});
