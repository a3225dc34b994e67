import { SCOPES, type ScopeName } from '../../../src/identity/principal.js';
import { RUN_AGENTS } from '../../support/run-inputs.js';
import { TestServer } from '../../support/server.js';

/** Who asks: nobody, somebody with a wrong token, or somebody with these scopes. */
export interface Caller {
  readonly name: string;
  readonly token: string | undefined;
  readonly subject: string;
  readonly scopes: readonly ScopeName[];
}

const NARROW = SCOPES.filter((scope) => !scope.startsWith('substrate:'));

function caller(name: string, subject: string, ...scopes: ScopeName[]): Caller {
  return { name, subject, scopes, token: `test-token-of-${name.replaceAll(':', '-')}-0123456789` };
}

export const NONE: Caller = { name: 'none', token: undefined, subject: '', scopes: [] };
export const WRONG: Caller = { name: 'wrong', token: 'test-token-of-nobody-0123456789', subject: '', scopes: [] };
export const FOREIGN = caller('foreign', 'denn', 'substrate:tenant');
export const OTHER = caller('other', 'other', 'substrate:tenant');
export const TENANT = caller('tenant', 'denn', 'substrate:tenant');
export const ADMIN = caller('admin', 'denn', 'substrate:admin');

/** Each narrow scope alone. */
export const ALONE = NARROW.map((scope) => caller(scope, 'denn', scope));
export const CALLERS: readonly Caller[] = [NONE, WRONG, FOREIGN, OTHER, ...ALONE, TENANT, ADMIN];

/** Nobody, somebody who may not, or somebody whom the route or op lets in, whatever it then says of the input. */
export type Entry = 'unauthorized' | 'forbidden' | 'in';

/** What a route or op asks of its caller: nothing, to be somebody, to be able to call a tool, or a scope. */
export type Requirement = 'open' | 'anybody' | 'any tool' | ScopeName;

/** The rule of the scopes (docs/CONFIGURATION.md), said once more and apart from the code that keeps it. */
export function entryOf({ token, scopes }: Caller, requirement: Requirement): Entry {
  if (requirement === 'open') return 'in';
  if (token === undefined || token === WRONG.token) return 'unauthorized';
  if (requirement === 'anybody' || scopes.includes('substrate:admin')) return 'in';
  if (requirement === 'any tool') return scopes.some((scope) => scope !== 'documents:tenant') ? 'in' : 'forbidden';
  if (scopes.includes(requirement)) return 'in';
  const ofTenant = requirement !== 'substrate:admin' && requirement !== 'documents:tenant';
  return ofTenant && scopes.includes('substrate:tenant') ? 'in' : 'forbidden';
}

export function entryOfStatus(status: number): Entry {
  return status === 401 ? 'unauthorized' : status === 403 ? 'forbidden' : 'in';
}

export function bearer({ token }: Caller): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** A server that knows them all; `denn` of the shared tenant is its administrator under another token, too. */
export function startWithAll(): Promise<TestServer> {
  const known = CALLERS.filter((each) => each !== NONE && each !== WRONG);
  const variable = (index: number): string => `LOOMCYCLE_TOKEN_CALLER_${index}`;
  const principals = known.map(({ name, subject, scopes }, index) => [
    name,
    { tenant: name === FOREIGN.name ? 'acme' : '', subject, scopes: [...scopes], token_env: variable(index) },
  ]);
  return TestServer.start({
    config: {
      ...RUN_AGENTS,
      // The webhooks of these tests go to the server itself.
      outgoing_webhooks: { allow_private: ['127.0.0.1/32'] },
      principals: {
        denn: { subject: 'denn', scopes: ['substrate:admin'], token_env: 'LOOMCYCLE_TOKEN_DENN' },
        ...(Object.fromEntries(principals) as Record<string, unknown>),
      },
    },
    env: { ...Object.fromEntries(known.map(({ token }, index) => [variable(index), token!])), LOOMCYCLE_HTTP_HOST_ALLOWLIST: 'mcp.example.org, 127.0.0.1' },
  });
}
