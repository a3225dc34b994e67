import type { Setup } from '../../bundles/setup.js';
import { nearest } from '../../config/nearest.js';
import type { AgentDefinition } from '../../definitions/agent-definition.js';
import { isGranted, type DefiningAgent } from '../../definitions/grants.js';
import { NOUN, TOOL_OF, type DefinitionKind, type DefinitionSource } from '../../definitions/kinds.js';
import type { McpServerDefinition } from '../../definitions/mcp-server-definition.js';
import type { DefinedName } from '../../definitions/names.js';
import type { SkillDefinition } from '../../definitions/skill-definition.js';
import { notGranted, noVersion, type Version } from '../../definitions/versions.js';
import { Refusal } from '../../errors.js';
import { SHARED_TENANT, type Principal } from '../../identity/principal.js';
import type { Author, ScopeCall } from '../../scope/messages.js';
import { scopeKey, type Scope } from '../../scope/scope.js';
import type { ServiceCall } from '../operation.js';
import { definitionsScope } from '../scope-resolver.js';
import { configuredDefinitions, type Configured } from './configured.js';
import { toAgent, toServer, toSkill } from './effective.js';
import { namesHostOf, requireAllowedServer, type DefinitionPolicy } from './server-policy.js';
import { VERSION_TOOL, type GivenDefinition } from './version-operations.js';

export interface DefinitionServiceOptions {
  /** What the operator defines. */
  readonly setup: Setup;
  readonly policy: DefinitionPolicy;
  /** Whether a scope has a file: reading makes none. */
  hasFile(scope: Scope): boolean;
  /** Runs an operation in a scope. Rejects with a Refusal. */
  run(call: Omit<ScopeCall, 'id'>): Promise<unknown>;
}

/** A name that can be used, and what it is now. */
export interface UsableName {
  readonly name: string;
  readonly description: string;
  readonly source: DefinitionSource;
  readonly def_id?: string;
  readonly version?: number;
}

/** What a name stands for: the active version of a tenant, or what the configuration says. */
export type Found = { source: 'tenant' | 'shared'; version: Version } | { source: 'yaml' | 'bundle' };

const RUNTIME: Author = { actor: '', agent: null, transport: 'runtime' };
/** Active versions that are remembered; more are forgotten all at once. */
const REMEMBERED = 1000;

/**
 * Agents, skills and MCP servers as the main thread knows them: those of the configuration and its bundles, and
 * those that tenants defined at run time. Of a name, the own tenant's active version counts first, then the
 * configuration, then the shared tenant's active version (reference: tools 9).
 */
export class DefinitionService {
  readonly policy: DefinitionPolicy;
  private defined: Configured;
  private readonly active = new Map<string, Promise<Version | null>>();

  constructor(private readonly options: DefinitionServiceOptions) {
    this.policy = options.policy;
    this.defined = configuredDefinitions(options.setup);
  }

  get configured(): Configured {
    return this.defined;
  }

  /** The operator defines these now. */
  replace(setup: Setup): void {
    this.defined = configuredDefinitions(setup);
  }

  /**
   * An agent by name, or exactly the version of an id.
   * @throws Refusal `not_found` with the nearest name, `definition_retired`, `missing_field`
   */
  async agent(principal: Principal, { name, def_id }: { name?: string | undefined; def_id?: string | undefined }): Promise<AgentDefinition> {
    const found = def_id === undefined ? await this.find(principal, 'agent', required(name)) : await this.pinned(principal, 'agent', def_id, name);
    const of = 'version' in found ? found.version.name : name!;
    return toAgent(of, found, this.defined.agent.get(of), this.policy.hosts);
  }

  /** As `agent`, of one that can be run. @throws Refusal `invalid_input` for a resident */
  async runnable(principal: Principal, ref: { name?: string | undefined; def_id?: string | undefined }): Promise<AgentDefinition> {
    const agent = await this.agent(principal, ref);
    if (agent.def_id === undefined && this.defined.agent.get(agent.name)?.resident) {
      throw new Refusal('invalid_input', `${agent.name} is a resident: events wake it, and nobody runs it`, { agent: agent.name });
    }
    return agent;
  }

  /** @throws Refusal `not_found` with the nearest name, `definition_retired` */
  async skill(principal: Principal, name: string): Promise<SkillDefinition> {
    return toSkill(name, await this.find(principal, 'skill', name), this.defined.skill.get(name));
  }

  /**
   * A server with its secrets: never for the wire.
   * @throws Refusal `not_found` with the nearest name, `definition_retired`, `forbidden` where the operator does not allow it any more
   */
  async mcpServer(principal: Principal, name: string): Promise<McpServerDefinition> {
    const found = await this.find(principal, 'mcp_server', name);
    const server = toServer(name, found, this.defined.mcp_server.get(name));
    if (!('version' in found)) return server;
    requireAllowedServer(this.policy, server);
    return namesHostOf(this.policy, server) ? server : { ...server, public_only: true };
  }

  /** Every name that can be used, sorted. */
  async names(principal: Principal, kind: DefinitionKind): Promise<UsableName[]> {
    const names = new Map<string, UsableName | undefined>();
    if (principal.tenant !== SHARED_TENANT) for (const each of await this.namesOf(SHARED_TENANT, kind)) put(names, each, 'shared');
    for (const [name, { content, source }] of this.defined[kind]) names.set(name, { name, description: content.description ?? '', source });
    for (const each of await this.namesOf(principal.tenant, kind)) put(names, each, 'tenant');
    return [...names.values()].filter((each) => each !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What a name stands for. @throws Refusal `not_found` with the nearest name, `definition_retired` */
  async find(principal: Principal, kind: DefinitionKind, name: string): Promise<Found> {
    const found = await this.lookUp(principal.tenant, kind, name);
    if (!found) throw await this.notFound(principal, kind, name);
    if ('version' in found) requireUsable(found.version);
    return found;
  }

  /** As `find`, also of what is retired; undefined where there is none. */
  async lookUp(tenant: string, kind: DefinitionKind, name: string): Promise<Found | undefined> {
    const own = await this.activeOf(tenant, kind, name);
    if (own) return { source: 'tenant', version: own };
    const configured = this.defined[kind].get(name);
    if (configured) return { source: configured.source };
    const shared = tenant === SHARED_TENANT ? null : await this.activeOf(SHARED_TENANT, kind, name);
    return shared ? { source: 'shared', version: shared } : undefined;
  }

  /** A version of the own tenant that an agent may look at, or one of the shared tenant. @throws Refusal `not_found`, also for one of another tenant */
  async version(tenant: string, kind: DefinitionKind, def_id: string, by?: DefiningAgent): Promise<{ source: 'tenant' | 'shared'; version: Version }> {
    try {
      return { source: 'tenant', version: await this.read<Version>(tenant, 'get', { kind, def_id }, { by }) };
    } catch (error) {
      const isMissing = error instanceof Refusal && error.reason === 'not_found';
      if (!isMissing || tenant === SHARED_TENANT) throw error;
      return { source: 'shared', version: await this.read<Version>(SHARED_TENANT, 'get', { kind, def_id }) };
    }
  }

  /** Names in the file of a tenant, also those without a version that can be used. */
  namesOf(tenant: string, kind: DefinitionKind, given: GivenDefinition = {}): Promise<DefinedName[]> {
    return this.read(tenant, 'names', { kind }, given);
  }

  /** Reads in the definitions file of a tenant. */
  async read<Result>(tenant: string, op: 'active' | 'get' | 'list' | 'names', input: { kind: DefinitionKind; def_id?: string; name?: string }, given: GivenDefinition = {}): Promise<Result> {
    const scope = definitionsScope(tenant);
    if (!this.options.hasFile(scope)) {
      if (op === 'get') throw noVersion(input.kind, input.def_id!);
      if (op === 'list' && given.by) requireGrantedElsewhere(input.kind, input.name!, given.by);
      return (op === 'active' ? null : []) as Result;
    }
    return this.runAt(scope, op, input, given, { author: RUNTIME });
  }

  /** Writes to the definitions file of the caller's tenant, and forgets what was known of it. */
  async write<Result>(call: ServiceCall, kind: DefinitionKind, { idempotency_key: _key, ...request }: Record<string, unknown> & { op: string }, given: GivenDefinition): Promise<Result> {
    const { tenant, subject } = call.principal;
    const author: Author = { actor: subject, agent: call.agent ?? null, transport: call.transport };
    try {
      return await this.runAt<Result>(definitionsScope(tenant), request.op, { kind, request }, given, { author, idempotencyKey: call.idempotencyKey });
    } finally {
      for (const key of this.active.keys()) if (key.startsWith(`${tenant}\0`)) this.active.delete(key);
    }
  }

  private async pinned(principal: Principal, kind: DefinitionKind, def_id: string, name: string | undefined): Promise<Found> {
    const found = await this.version(principal.tenant, kind, def_id);
    if (name !== undefined && found.version.name !== name) {
      throw new Refusal('not_found', `version ${def_id} is of ${found.version.name}, not of ${name}: leave name out, or give that of the version`, { def_id, name });
    }
    requireUsable(found.version);
    return found;
  }

  private activeOf(tenant: string, kind: DefinitionKind, name: string): Promise<Version | null> {
    const key = `${tenant}\0${kind}\0${name}`;
    const known = this.active.get(key);
    if (known) return known;
    if (this.active.size >= REMEMBERED) this.active.clear();
    const reading = this.read<Version | null>(tenant, 'active', { kind, name });
    this.active.set(key, reading);
    // What could not be read is tried again by whoever comes next.
    reading.catch(() => {
      if (this.active.get(key) === reading) this.active.delete(key);
    });
    return reading;
  }

  private async notFound(principal: Principal, kind: DefinitionKind, name: string): Promise<Refusal> {
    const known = (await this.names(principal, kind)).map((each) => each.name);
    const meant = nearest(name, known);
    const hint = meant === undefined ? `${TOOL_OF[kind]} names tells those there are` : `did you mean ${JSON.stringify(meant)}?`;
    return new Refusal('not_found', `there is no ${NOUN[kind]} ${JSON.stringify(name)}: ${hint}`, { name, ...(meant === undefined ? {} : { nearest: meant }) });
  }

  private async runAt<Result>(scope: Scope, op: string, input: object, given: GivenDefinition, by: Pick<ScopeCall, 'author' | 'idempotencyKey'>): Promise<Result> {
    const json = JSON.stringify({ op, ...input });
    return (await this.options.run({ key: scopeKey(scope), tool: VERSION_TOOL, op, input: json, cursor: null, given, ...by })) as Result;
  }
}

function put(names: Map<string, UsableName | undefined>, { name, description, active_def_id, active_version, active_retired }: DefinedName, source: 'tenant' | 'shared'): void {
  if (active_def_id === null) return;
  // A retired version hides what lies below it: the name is out of use.
  names.set(name, active_retired ? undefined : { name, description, source, def_id: active_def_id, version: active_version! });
}

function required(name: string | undefined): string {
  if (name === undefined) throw new Refusal('missing_field', 'missing required field: name or def_id');
  return name;
}

/** As `requireGranted`, of a name that the file of the tenant does not have. @throws Refusal `forbidden` */
export function requireGrantedElsewhere(kind: DefinitionKind, name: string, by: DefiningAgent): void {
  const isDescendant = (): boolean => !by.elsewhere.includes(name);
  if (!isGranted(by.grants, { name, isSelf: kind === 'agent' && name === by.agent, isDescendant })) throw notGranted(kind, name, by);
}

/** @throws Refusal `definition_retired` */
export function requireUsable({ def_id, name, version, retired }: Version): void {
  if (!retired) return;
  throw new Refusal('definition_retired', `version ${version} of ${name} is retired: promote another version, or take it back with retire and retired false`, { def_id, name });
}
