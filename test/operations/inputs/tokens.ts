import { callTool } from '../../support/tools.js';
import type { TestServer } from '../../support/server.js';
import type { Inputs } from './index.js';

let made = 0;

/** A new token that reads documents. */
async function token(server: TestServer): Promise<{ name: string; def_id: string }> {
  made += 1;
  const input = { op: 'create', name: `token-${made}`, tenant_id: 'default', scopes: ['documents:read'] };
  return (await callTool<{ name: string; def_id: string }>(server, 'operatortokendef', input)).body;
}

export const tokenInputs: Inputs = {
  'operatortokendef create': () => ({ name: `created-${(made += 1)}`, tenant_id: 'acme', subject: 'robot', scopes: ['documents:read'] }),
  'operatortokendef rotate': async (_, server) => ({ name: (await token(server)).name, grace_seconds: 60 }),
  'operatortokendef retire': async (_, server) => ({ def_id: (await token(server)).def_id }),
  'operatortokendef get': async (_, server) => ({ def_id: (await token(server)).def_id }),
  'operatortokendef list': async (_, server) => ({ name: (await token(server)).name }),
  'operatortokendef names': async (_, server) => {
    await token(server);
    return {};
  },
};
