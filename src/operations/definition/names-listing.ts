import { isGranted } from '../../definitions/grants.js';
import type { DefinitionKind, DefinitionSource } from '../../definitions/kinds.js';
import type { DefinedName } from '../../definitions/names.js';
import { SHARED_TENANT } from '../../identity/principal.js';
import type { ServiceCall } from '../operation.js';
import { callerOf } from './defining.js';
import type { DefinitionService } from './definition-service.js';

/** A name as a tenant has it: what the name stands for, and what the tenant's file has of it. */
export interface ListedName extends Omit<DefinedName, 'active_version' | 'last_updated'> {
  /** Where what it stands for comes from; null where nothing of it is in use. */
  readonly source: DefinitionSource | null;
  /** Whose versions are counted: the own tenant, or the shared one. */
  readonly tenant_id: string;
  /** Of an agent: events wake it, and nobody runs it. */
  readonly resident?: boolean;
  readonly in_static: boolean;
  readonly last_updated: string | null;
}

/**
 * The names that the caller's tenant can use or has versions of, and no other tenant's (reference: wire 1.3).
 * For an agent those that its grants cover.
 */
export async function listedNames(service: DefinitionService, call: ServiceCall, kind: DefinitionKind): Promise<ListedName[]> {
  const { tenant } = call.principal;
  const { by } = await callerOf(service, call, kind, undefined);
  const maySee = (name: string): boolean => !by || isGranted(by.grants, { name, isSelf: kind === 'agent' && name === by.agent, isDescendant: () => false });
  const configured = service.configured[kind];
  const names = new Map<string, ListedName>();
  const shared = tenant === SHARED_TENANT ? [] : await service.namesOf(SHARED_TENANT, kind);
  for (const each of shared) if (each.active_def_id !== null && maySee(each.name)) names.set(each.name, listed(each, SHARED_TENANT, 'shared', false));
  for (const [name, { content, source }] of configured) if (maySee(name)) names.set(name, { ...unversioned(name, content.description ?? '', tenant), source });
  for (const each of await service.namesOf(tenant, kind, { by })) {
    const below = names.get(each.name);
    const isActive = each.active_def_id !== null;
    const own = listed(each, tenant, isActive ? 'tenant' : (below?.source ?? null), configured.has(each.name));
    names.set(each.name, isActive || !below ? own : { ...own, description: below.description });
  }
  const all = [...names.values()].map((each) => (kind === 'agent' ? { ...each, resident: isResident(service, each) } : each));
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a tenant made of the name can be run. */
function isResident({ configured }: DefinitionService, { name, source }: ListedName): boolean {
  const isConfigured = source === 'yaml' || source === 'bundle';
  return isConfigured && configured.agent.get(name)?.resident === true;
}

function listed({ active_version: _version, ...each }: DefinedName, tenant_id: string, source: DefinitionSource | null, in_static: boolean): ListedName {
  return { ...each, tenant_id, source: each.active_retired ? null : source, in_static };
}

function unversioned(name: string, description: string, tenant_id: string): Omit<ListedName, 'source'> {
  return {
    name,
    description,
    tenant_id,
    in_static: true,
    version_count: 0,
    live_version_count: 0,
    latest_version: 0,
    active_def_id: null,
    active_retired: false,
    last_updated: null,
  };
}
