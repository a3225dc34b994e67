import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUDIENCES } from '../../src/front/mcp/classification.js';
import { TOOLS } from '../../src/operations/registry.js';
import { RawSession } from '../support/mcp-raw.js';
import { TestServer, TOKEN } from '../support/server.js';

// Which tools one may know of, by name, whether or not the engine behind the name is built in. The names are said
// once more here and apart from the table that is tested.

const OF_TENANTS = `document path memory channel channeldef context outgoing_webhook
  agentdef skilldef mcpserverdef scheduledef webhookdef
  run spawn_run spawn_runs cancel_run get_run list_runs compact_run stream_user_run_states
  register_agent unregister_agent list_agents interruption_resolve register_hook list_hooks delete_hook
  publish_channel subscribe_channel peek_channel ack_channel
  list_documents search_documents query_chunks read_document read_chunk list_types changes_since create_document
  import_markdown add_chunk write_chunk move_chunk delete_chunk link_chunks unlink_chunks define_type`.split(/\s+/);
const OF_ADMINS = `operatortokendef list_channels resolve_probe pause_runtime resume_runtime get_runtime_state
  create_snapshot list_snapshots get_snapshot export_snapshot restore_snapshot delete_snapshot`.split(/\s+/);

const TENANT_TOKEN = 'test-token-of-anna-0123456789';
let server: TestServer;
let admin: RawSession;
let tenant: RawSession;

beforeAll(async () => {
  server = await TestServer.start({
    config: {
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        anna: { subject: 'anna', scopes: ['substrate:tenant'], token_env: 'LOOMCYCLE_TOKEN_ANNA' },
      },
    },
    env: { LOOMCYCLE_TOKEN_ANNA: TENANT_TOKEN },
  });
  admin = await RawSession.open(server, { token: TOKEN });
  tenant = await RawSession.open(server, { token: TENANT_TOKEN });
});
afterAll(() => server.stop());

test('the table has every name, and every tool there is has a name in it', async () => {
  expect([...AUDIENCES.keys()].toSorted()).toEqual([...OF_TENANTS, ...OF_ADMINS].toSorted());
  const listed = await namesOf(admin);
  expect([...OF_TENANTS, ...OF_ADMINS]).toEqual(expect.arrayContaining(listed));
  expect(listed).toEqual(expect.arrayContaining([...TOOLS]));
});

async function namesOf(session: RawSession): Promise<string[]> {
  const { result } = await session.request<{ tools: { name: string }[] }>('tools/list');
  return result!.tools.map(({ name }) => name);
}

/** What would wait without arguments. */
const AT_ONCE: Readonly<Record<string, Record<string, unknown>>> = { stream_user_run_states: { timeout_ms: 0 } };

/** What a call without arguments comes to: what a schema or an engine says of it is no matter here. */
async function call(session: RawSession, name: string, args: Record<string, unknown> = AT_ONCE[name] ?? {}): Promise<{ code: number; message: string } | 'let in'> {
  const { error } = await session.request('tools/call', { name, arguments: args }, `call of ${name}`);
  return error ? { code: error.code, message: error.message } : 'let in';
}

test.each(OF_ADMINS)('%s is hidden from everybody but administrators', async (name) => {
  expect(await namesOf(tenant)).not.toContain(name);
  expect(await call(tenant, name)).toEqual({ code: -32001, message: `${name}: forbidden — requires substrate:admin` });
  expect(await call(admin, name)).toEqual(await outcomeForKnown(admin, name));
});

test.each(OF_TENANTS)('%s is hidden from nobody', async (name) => {
  expect(await call(tenant, name)).toEqual(await outcomeForKnown(admin, name));
  expect(await call(admin, name)).toEqual(await outcomeForKnown(admin, name));
});

/** Who may know a tool calls it where its engine is here, and is told that there is none where it is not. */
async function outcomeForKnown(session: RawSession, name: string): Promise<unknown> {
  if ((await namesOf(session)).includes(name)) return 'let in';
  return { code: -32601, message: expect.stringContaining(`unknown tool: ${name}`) as string };
}

test('a tool that nobody classified is for administrators: others do not learn whether it is there', async () => {
  expect(await call(tenant, 'teleport')).toEqual({ code: -32001, message: 'teleport: forbidden — requires substrate:admin' });
  expect(await call(admin, 'teleport')).toEqual({ code: -32601, message: expect.stringContaining('unknown tool: teleport') as string });
});

test('the gate comes before the input: arguments of a hidden tool are not looked at', async () => {
  expect(await call(tenant, 'operatortokendef', { op: 'dance' })).toMatchObject({ code: -32001 });
  expect(await call(tenant, 'constructor')).toMatchObject({ code: -32001 });
});
