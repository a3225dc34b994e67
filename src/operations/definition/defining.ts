import { contentSha256 } from '../../definitions/content-hash.js';
import { isGranted, type DefiningAgent } from '../../definitions/grants.js';
import { NOUN, TOOL_OF, type DefinitionKind } from '../../definitions/kinds.js';
import type { NewVersion, Version } from '../../definitions/versions.js';
import { notGranted } from '../../definitions/versions.js';
import { Refusal } from '../../errors.js';
import type { AgentDefinition } from '../../definitions/agent-definition.js';
import type { ServiceCall } from '../operation.js';
import { kindOf, requireNarrow, requireSizes, said, type Caller, type Content } from './contents.js';
import { requireUsable, type DefinitionService } from './definition-service.js';
import type { Added, GivenDefinition } from './version-operations.js';

/** What `create` and `fork` are told, checked by the tool's schema. */
export interface DefineRequest extends Record<string, unknown> {
  op: string;
  name: string;
  overlay: Content;
  description?: string | undefined;
  promote: boolean;
  active_def_id?: string | null | undefined;
}

/**
 * A new agent, skill or server, or for people a new version of one that is not of the configuration.
 * @throws Refusal `definition_yaml_immutable`, `definition_widens`, `definition_name_in_use`, `forbidden`, `too_large`
 */
export async function create(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, request: DefineRequest): Promise<Added> {
  const { name, overlay } = request;
  const { caller, by } = await callerOf(service, call, kind, name);
  if (service.configured[kind].has(name)) {
    const hint = kind === 'mcp_server' ? 'take another name' : 'fork it, or take another name';
    throw new Refusal('definition_yaml_immutable', `${NOUN[kind]} ${name} is a matter of the configuration: ${hint}`, { name });
  }
  const content = said(overlay);
  await requireUsableContent(service, call, kind, content, request);
  requireWithin(kind, caller, content);
  kindOf(kind).requireAllowed(service, content);
  return service.write(call, kind, request, { by, next: nextOf(request, content) });
}

/**
 * A version that says something otherwise than another one.
 * @throws Refusal `not_found`, `definition_retired`, `definition_widens`, `definition_yaml_immutable`, `forbidden`, `too_large`
 */
export async function fork(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, request: DefineRequest & { parent_def_id?: string | undefined }): Promise<Added> {
  const { name, overlay } = request;
  const { caller, by } = await callerOf(service, call, kind, name);
  const parent = await parentOf(service, call, kind, request, by);
  const configured = service.configured[kind].get(name);
  if (configured && parent.name !== name) {
    throw new Refusal('definition_yaml_immutable', `${NOUN[kind]} ${name} is a matter of the configuration: only a fork of it can have its name`, { name });
  }
  const rules = kindOf(kind);
  const content = said(rules.merge(parent.content, said(overlay)));
  await requireUsableContent(service, call, kind, content, request);
  if (kind === 'mcp_server') rules.requireAllowed(service, content);
  requireNarrow(rules.beyondParent(parent.content, content), `its parent ${parent.name}`);
  if (configured) requireNarrow(rules.beyondParent(configured.content, content), `the configuration lets ${name}`);
  requireWithin(kind, caller, content);
  const next: NewVersion = { ...nextOf(request, content), parent_def_id: parent.def_id };
  return service.write(call, kind, request, { by, next, ...(parent.def_id === null ? { configured: bootstrapOf(name, parent.content) } : {}) });
}

/** @throws Refusal `not_found`, `definition_retired`, `revision_conflict`, `definition_widens` */
export async function promote(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, request: { op: string; def_id: string; active_def_id?: string | null | undefined }): Promise<Version> {
  const by = await requireOwnWithin(service, call, kind, request.def_id, true);
  return service.write(call, kind, request, { by });
}

/**
 * Takes a version out of use or back into it. By its name what that stands for can be taken out of use.
 * @throws Refusal `not_found`, `definition_widens`, `definition_yaml_immutable`, `missing_field`, `invalid_input`
 */
export async function retire(
  service: DefinitionService,
  call: ServiceCall,
  kind: DefinitionKind,
  request: { op: string; def_id?: string | undefined; name?: string | undefined; retired: boolean },
): Promise<Version> {
  const { def_id, name, retired } = request;
  if (def_id === undefined && name === undefined) throw new Refusal('missing_field', 'missing required field: def_id or name');
  if (def_id !== undefined) {
    if (name !== undefined) throw new Refusal('invalid_input', 'def_id and name both say which version: send one of them');
    return service.write(call, kind, request, { by: await requireOwnWithin(service, call, kind, def_id, !retired) });
  }
  if (!retired) throw new Refusal('invalid_input', 'with retired false the version has to be named: send its def_id');
  if (service.configured[kind].has(name!)) {
    throw new Refusal('definition_yaml_immutable', `${NOUN[kind]} ${name} is a matter of the configuration: name the version to retire by its def_id`, { name });
  }
  const { by } = await callerOf(service, call, kind, name);
  return service.write(call, kind, request, { by });
}

/** A version of the own tenant, or of the shared one. @throws Refusal `not_found` */
export async function get(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, def_id: string): Promise<Version> {
  const { by } = await callerOf(service, call, kind, undefined);
  return readVersion(service, call, kind, def_id, by);
}

/** Versions of a name in the own tenant, the newest first. @throws Refusal `forbidden` */
export async function list(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, name: string): Promise<Version[]> {
  const { by } = await callerOf(service, call, kind, name);
  return service.read(call.principal.tenant, 'list', { kind, name }, { by });
}

export interface Verified {
  matches: boolean;
  current_sha256: string | null;
  current_def_id: string | null;
  version: number | null;
  name: string;
  deployed: boolean;
}

/** Whether what a name stands for now says exactly what somebody expects. @throws Refusal `forbidden` */
export async function verify(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, name: string, expected: string): Promise<Verified> {
  await list(service, call, kind, name);
  const found = await service.lookUp(call.principal.tenant, kind, name);
  if (!found) return { matches: false, current_sha256: null, current_def_id: null, version: null, name, deployed: false };
  const version = 'version' in found ? found.version : undefined;
  const current = version?.content_sha256 ?? contentSha256(service.configured[kind].get(name)!.content);
  return {
    matches: current === expected.toLowerCase(),
    current_sha256: current,
    current_def_id: version?.def_id ?? null,
    version: version?.version ?? null,
    name,
    deployed: !version?.retired,
  };
}

/** The agent that makes a call, and what it is granted. @param name the name that it wants to define, if one. @throws Refusal `forbidden` */
export async function callerOf(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, name: string | undefined): Promise<{ caller: Caller; by?: DefiningAgent }> {
  const { principal, agent } = call;
  if (agent === undefined) return { caller: undefined };
  const caller = await service.agent(principal, { name: agent });
  const grants = { agent: caller.agent_def_scopes, skill: caller.skill_def_scopes, mcp_server: caller.mcp_server_def_scopes ?? [] }[kind];
  const found = name === undefined ? undefined : await service.lookUp(principal.tenant, kind, name);
  const elsewhere = found && found.source !== 'tenant' ? [name!] : [];
  const by = { agent, grants, elsewhere };
  if (grants.length === 0) throw notGranted(kind, name ?? 'anything', by);
  return { caller, by };
}

interface Parent {
  readonly name: string;
  readonly content: Content;
  /** Null where it is what the configuration says. */
  readonly def_id: string | null;
}

async function parentOf(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, { name, parent_def_id }: { name: string; parent_def_id?: string | undefined }, by?: DefiningAgent): Promise<Parent> {
  const { principal } = call;
  const found = parent_def_id === undefined ? await service.find(principal, kind, name) : { version: await readVersion(service, call, kind, parent_def_id, by) };
  const isOwn = !('source' in found) || found.source === 'tenant';
  if (kind === 'mcp_server' && (!isOwn || !('version' in found))) {
    throw new Refusal('definition_yaml_immutable', `MCP server ${name} is not your tenant's, and its address and secrets are not yours to copy: create one of another name`, { name });
  }
  if (!('version' in found)) return { name, content: service.configured[kind].get(name)!.content, def_id: null };
  requireUsable(found.version);
  return { name: found.version.name, content: found.version.definition, def_id: found.version.def_id };
}

/** A version of the own tenant or the shared one that an agent may look at. @throws Refusal `not_found` */
async function readVersion(service: DefinitionService, { principal }: ServiceCall, kind: DefinitionKind, def_id: string, by: DefiningAgent | undefined): Promise<Version> {
  const { source, version } = await service.version(principal.tenant, kind, def_id, by);
  // Another tenant's agent of the same name made what it made: nothing there descends from this one.
  const mayRead = source === 'tenant' || !by || isGranted(by.grants, { name: version.name, isSelf: false, isDescendant: () => false });
  const isHidden = kind === 'mcp_server' && source === 'shared';
  if (mayRead && !isHidden) return version;
  throw new Refusal('not_found', `there is no version ${JSON.stringify(def_id)} of any ${NOUN[kind]}: ${TOOL_OF[kind]} list tells those of a name`, { def_id });
}

/** An agent brings back into use only what it may make itself. */
async function requireOwnWithin(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, def_id: string, comesIntoUse: boolean): Promise<DefiningAgent | undefined> {
  const { caller, by } = await callerOf(service, call, kind, undefined);
  if (!caller || !comesIntoUse) return by;
  const { definition } = await service.read<Version>(call.principal.tenant, 'get', { kind, def_id }, { by });
  requireWithin(kind, caller, definition);
  return by;
}

/** Holds what an agent defines or reaches to what it may do itself; people are not held. @throws Refusal `definition_widens` */
export function requireWithin(kind: DefinitionKind, caller: Caller, content: Content): void {
  if (caller) requireNarrow(kindOf(kind).beyondCaller(caller satisfies AgentDefinition, content), `agent ${caller.name}`);
}

async function requireUsableContent(service: DefinitionService, call: ServiceCall, kind: DefinitionKind, content: Content, { description = '' }: DefineRequest): Promise<void> {
  requireSizes(kind, content, description);
  await kindOf(kind).requireWhole(service, call, content);
}

function nextOf({ name, description }: DefineRequest, content: Content): NewVersion {
  return { name, description: description ?? content.description ?? '', definition: content as Record<string, unknown>, content_sha256: contentSha256(content) };
}

function bootstrapOf(name: string, content: Content): NonNullable<GivenDefinition['configured']> {
  return { name, description: content.description ?? '', definition: content as Record<string, unknown>, content_sha256: contentSha256(content) };
}
