import { z } from 'zod';
import type { DefiningAgent } from '../../definitions/grants.js';
import { DEFINITION_KINDS, NOUN, TOOL_OF, type DefinitionKind } from '../../definitions/kinds.js';
import { listNames } from '../../definitions/names.js';
import {
  activate,
  activeVersion,
  addVersion,
  bootstrap,
  exists,
  getVersion,
  listVersions,
  requireActive,
  requireActiveVersion,
  requireGranted,
  sameAsActive,
  setRetired,
  type NewVersion,
  type Version,
} from '../../definitions/versions.js';
import { Refusal } from '../../errors.js';
import type { Transaction } from '../../scope/transaction.js';
import { internalOperations } from '../internal-operation.js';
import type { Operation } from '../operation.js';

/** The runtime's own operations on the definitions file of a tenant. */
export const VERSION_TOOL = '_definitions';

/** What the main thread knows for a call: never from a client. */
export interface GivenDefinition {
  /** The agent that makes the call, if one does. */
  readonly by?: DefiningAgent | undefined;
  /** The version that is to be. */
  readonly next?: NewVersion;
  /** What the configuration says of the name that is forked. */
  readonly configured?: NewVersion | undefined;
}

/** A version that was added, or the same one that was there. */
export type Added = Version & { promoted: boolean; deduplicated?: true };

const kind = z.enum(DEFINITION_KINDS);
/** The input as the client sent it. */
const request = z.record(z.string(), z.unknown());

const internal = internalOperations(VERSION_TOOL);

export const versionOperations: readonly Operation[] = [
  internal('active', 'Read the active version of a name', { kind, name: z.string() }, (tx, { kind, name }) => activeVersion(tx, kind, name), true),
  internal('get', 'Read a version', { kind, def_id: z.string() }, (tx, { kind, def_id }) => getVersion(tx, kind, def_id, given(tx).by), true),
  internal('list', 'Read the versions of a name', { kind, name: z.string() }, (tx, { kind, name }) => listVersions(tx, kind, name, given(tx).by), true),
  internal('names', 'Read the names of a kind', { kind }, (tx, { kind }) => listNames(tx, kind, given(tx).by), true),
  internal('create', 'Add a version', { kind, request }, (tx, { kind, request }) => add(tx, kind, request)),
  internal('fork', 'Add a version that comes of another', { kind, request }, (tx, { kind, request }) => add(tx, kind, request)),
  internal('promote', 'Make a version the active one', { kind, request }, (tx, { kind, request }) => promote(tx, kind, request)),
  internal('retire', 'Take a version out of use, or back into it', { kind, request }, (tx, { kind, request }) => retire(tx, kind, request)),
];

function given(tx: Transaction): GivenDefinition {
  return (tx.given ?? {}) as GivenDefinition;
}

function add(tx: Transaction, kind: DefinitionKind, request: Record<string, unknown>): Added {
  const { by, next, configured } = given(tx) as GivenDefinition & { next: NewVersion };
  requireGranted(tx, kind, next.name, by);
  const same = sameAsActive(tx, kind, next);
  if (same) return { ...same, promoted: true, deduplicated: true };
  if (request.op === 'create' && by && exists(tx, kind, next.name)) {
    throw new Refusal('definition_name_in_use', `there is ${NOUN[kind]} ${next.name} already: an agent changes it with fork, which gives it no right that it has not`, { name: next.name });
  }
  requireActive(tx, kind, next.name, request.active_def_id as string | null | undefined);
  const parent = configured ? bootstrap(tx, kind, configured).def_id : (next.parent_def_id ?? null);
  const added = addVersion(tx, kind, { ...next, parent_def_id: parent });
  const promoted = request.promote === true;
  if (promoted) activate(tx, added);
  audit(tx, added, request.op as string);
  return { ...added, active: promoted, promoted };
}

function promote(tx: Transaction, kind: DefinitionKind, request: Record<string, unknown>): Version {
  const version = getVersion(tx, kind, request.def_id as string, given(tx).by);
  if (version.retired) {
    throw new Refusal('definition_retired', `version ${version.version} of ${version.name} is retired: take it back with retire and retired false, or promote another`, {
      def_id: version.def_id,
      name: version.name,
    });
  }
  requireActive(tx, kind, version.name, request.active_def_id as string | null | undefined);
  activate(tx, version);
  audit(tx, version, 'promote');
  return { ...version, active: true };
}

function retire(tx: Transaction, kind: DefinitionKind, request: Record<string, unknown>): Version {
  const { by } = given(tx);
  const version = request.def_id === undefined ? requireActiveVersion(tx, kind, request.name as string, by) : getVersion(tx, kind, request.def_id as string, by);
  const retired = request.retired === true;
  setRetired(tx, version, retired);
  audit(tx, version, retired ? 'retire' : 'unretire');
  return { ...version, retired };
}

function audit(tx: Transaction, { kind, def_id }: Version, op: string): void {
  tx.audit(`${TOOL_OF[kind]} ${op}`, { changed: JSON.stringify([def_id]) });
}
