import { DefinitionService } from '../../src/operations/definition/definition-service.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromRefusalWire, Refusal, type RefusalWire } from '../../src/errors.js';
import { configSchema } from '../../src/config/schema.js';
import type { Setup } from '../../src/bundles/setup.js';
import type { Skill } from '../../src/bundles/skills.js';
import type { Principal } from '../../src/identity/principal.js';
import { scopeExecutor } from '../../src/operations/executor.js';
import type { ServiceCall, Services } from '../../src/operations/operation.js';
import { findOperation } from '../../src/operations/registry.js';
import { definitionPolicy } from '../../src/operations/definition/server-policy.js';
import { ScopeHost } from '../../src/scope/host.js';
import { scopeExists } from '../../src/scope/scope-files.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';

export const DENN: Principal = { name: 'denn', tenant: 'default', subject: 'denn', scopes: ['substrate:tenant'] };
export const ANN: Principal = { name: 'ann', tenant: 'acme', subject: 'ann', scopes: ['substrate:tenant'] };

/** No bundle. */
const NONE: Setup['bundled'] = { agents: new Set(), mcp_servers: new Set() };

/** A version as the tools show it. */
export interface Row {
  def_id: string;
  name: string;
  version: number;
  parent_def_id: string | null;
  content_sha256: string;
  definition: Record<string, unknown>;
  active: boolean;
  promoted: boolean;
  deduplicated?: true;
  bootstrapped_from_static: boolean;
  created_by_agent_id: string | null;
}

export interface DefinitionsOptions {
  config?: Record<string, unknown>;
  skills?: Skill[];
  env?: Record<string, string>;
}

/** The definition tools over real scope files in this process, for people and for agents. */
export class TestDefinitions {
  readonly service: DefinitionService;
  private readonly home = mkdtempSync(path.join(tmpdir(), 'loomcycle-definitions-'));
  private readonly host = new ScopeHost({
    dataDir: this.home,
    synchronous: 'OFF',
    settings: DEFAULT_SETTINGS,
    idleMs: 1e9,
    executor: scopeExecutor,
    onAlarm: () => undefined,
  });
  private calls = 0;

  constructor({ config = {}, skills = [], env = {} }: DefinitionsOptions = {}) {
    this.service = new DefinitionService({
      setup: { config: configSchema.parse(config), skills, bundled: NONE },
      policy: definitionPolicy(env),
      hasFile: (scope) => scopeExists(this.home, scope),
      run: async (call) => {
        const { replies } = await this.host.drain([{ ...call, id: ++this.calls }], Date.now());
        const { ok, json } = replies[0]!;
        if (!ok) throw fromRefusalWire(JSON.parse(json) as RefusalWire);
        return JSON.parse(json) as unknown;
      },
    });
  }

  /** The operator says this now. */
  configure(config: Record<string, unknown>, skills: Skill[] = []): void {
    this.service.replace({ config: configSchema.parse(config), skills, bundled: NONE });
  }

  /** Calls a tool; what it answers fits its schema. */
  async call<Body = Row>(tool: string, input: { op: string } & Record<string, unknown>, { as = DENN, agent, key }: { as?: Principal; agent?: string; key?: string } = {}): Promise<Body> {
    const operation = findOperation(tool, input.op);
    if (operation.runs !== 'service') throw new Error(`${tool} ${input.op} is not conducted by the main thread`);
    const call: ServiceCall = { principal: as, transport: 'http', agent, idempotencyKey: key };
    const answer = await operation.execute({ definitions: this.service } as unknown as Services, call, input);
    return operation.output.parse(JSON.parse(JSON.stringify(answer))) as Body;
  }

  /** The reason for which a call is refused. */
  async refused(tool: string, input: { op: string } & Record<string, unknown>, by: { as?: Principal; agent?: string } = {}): Promise<Refusal> {
    return refusalOf(this.call(tool, input, by));
  }

  close(): void {
    this.host.close();
    rmSync(this.home, { recursive: true });
  }
}

export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const answer = await call.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  if (answer instanceof Refusal) return answer;
  throw answer instanceof Error ? answer : new Error(`it was not refused: ${JSON.stringify(answer)}`);
}
