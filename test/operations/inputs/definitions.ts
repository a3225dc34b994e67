import { callTool } from '../../support/tools.js';
import { TOKEN, type TestServer } from '../../support/server.js';
import type { Inputs } from './index.js';

/** By tool, what one of it says. */
const OVERLAYS = {
  agentdef: { system_prompt: 'Plan', allowed_tools: ['Memory'] },
  skilldef: { body: 'Plan' },
  mcpserverdef: { transport: 'http', url: 'https://mcp.example.org/mcp' },
};
type Tool = keyof typeof OVERLAYS;

let made = 0;
const fresh = (): string => `made-${(made += 1)}`;

function inputsOf(tool: Tool): Inputs {
  const overlay = OVERLAYS[tool];
  const make = async (server: TestServer): Promise<{ name: string; def_id: string }> => {
    const name = fresh();
    const { status, body } = await callTool<{ def_id: string }>(server, tool, { op: 'create', name, overlay });
    if (status !== 200) throw new Error(`${tool} create: ${JSON.stringify(body)}`);
    return { name, def_id: body.def_id };
  };
  return {
    [`${tool} create`]: () => ({ name: fresh(), overlay }),
    [`${tool} fork`]: async (_, server) => ({ name: fresh(), parent_def_id: (await make(server)).def_id }),
    [`${tool} get`]: async (_, server) => ({ def_id: (await make(server)).def_id }),
    [`${tool} list`]: async (_, server) => ({ name: (await make(server)).name }),
    [`${tool} promote`]: async (_, server) => ({ def_id: (await make(server)).def_id }),
    [`${tool} retire`]: async (_, server) => ({ def_id: (await make(server)).def_id, retired: true }),
    [`${tool} verify`]: async (_, server) => ({ name: (await make(server)).name, content_sha256: '0'.repeat(64) }),
    [`${tool} names`]: () => ({}),
  };
}

/** The server is asked for the tools that it offers itself. */
const rediscover: Inputs = {
  'mcpserverdef rediscover': async (_, server) => {
    const name = fresh();
    const overlay = { transport: 'http', url: `${server.url}/v1/_mcp`, headers: { Authorization: `Bearer ${TOKEN}` } };
    const { status, body } = await callTool(server, 'mcpserverdef', { op: 'create', name, overlay });
    if (status !== 200) throw new Error(`mcpserverdef create: ${JSON.stringify(body)}`);
    return { name };
  },
};

export const definitionInputs: Inputs = { ...inputsOf('agentdef'), ...inputsOf('skilldef'), ...inputsOf('mcpserverdef'), ...rediscover };
