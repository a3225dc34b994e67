/** Every scope name that a principal may hold (reference: wire 2.4, and those of documents and memory). */
export const SCOPES = [
  'substrate:admin',
  'substrate:tenant',
  'runs:create',
  'runs:read',
  'channel:publish',
  'channel:read',
  'documents:read',
  'documents:write',
  'documents:tenant',
  'memory:read',
  'memory:write',
] as const;

export type ScopeName = (typeof SCOPES)[number];

/** Who acts. Resolved from a bearer or a console session, never read from the wire. */
export interface Principal {
  /** Handle in the configuration, for logs only. */
  readonly name: string;
  /** Canonical tenant: never empty, the shared tenant is `default`. */
  readonly tenant: string;
  readonly subject: string;
  readonly scopes: readonly ScopeName[];
  /** Which bearer stands for it: `def_…` of a minted token, `cfg:<name>` of a declared principal, `LEGACY_TOKEN`. */
  readonly tokenId?: string;
  /** Unix milliseconds at which its token ends, where that is known. */
  readonly goodUntil?: number;
  /** The console session that it came by, if by one. */
  readonly sessionId?: string;
}

/** Token id of the one token of old deployments, LOOMCYCLE_AUTH_TOKEN. */
export const LEGACY_TOKEN = 'legacy';

/** The shared tenant: its administrators are those of the whole runtime. */
export const SHARED_TENANT = 'default';

/** The shared tenant has two spellings on the wire, `""` and `default`, and one inside. */
export function canonicalTenant(tenant: string): string {
  return tenant === '' ? SHARED_TENANT : tenant;
}

/** What `substrate:tenant` does not include: other tenants, and what all of the own tenant share. */
const BEYOND_TENANT: readonly ScopeName[] = ['substrate:admin', 'documents:tenant'];

/** Admin satisfies every scope; tenant satisfies all but admin and the tenant's shared storage. */
export function hasScope(principal: Principal, scope: ScopeName): boolean {
  const { scopes } = principal;
  if (scopes.includes('substrate:admin') || scopes.includes(scope)) return true;
  return !BEYOND_TENANT.includes(scope) && scopes.includes('substrate:tenant');
}

/** Whether someone administers what belongs to a tenant. */
export function administers(principal: Pick<Principal, 'tenant' | 'scopes'>, tenant: string): boolean {
  return principal.scopes.includes('substrate:admin') && (principal.tenant === SHARED_TENANT || principal.tenant === tenant);
}

/** Two bearers are the same principal when they act on the same data. */
export function samePrincipal(a: Principal, b: Principal): boolean {
  return a.tenant === b.tenant && a.subject === b.subject;
}
