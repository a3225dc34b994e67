import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { administers, SHARED_TENANT, type ScopeName } from './principal.js';

// Minted tokens: rows of the runtime's own file of tokens. What comes in are hashes, never tokens.

/** A token as it is made. */
export interface NewToken {
  readonly def_id: string;
  readonly name: string;
  readonly tenant_id: string;
  readonly subject: string;
  readonly allowed_scopes: readonly ScopeName[];
  readonly hash: string;
  readonly token_suffix: string;
  readonly imported: boolean;
}

/** A token as administrators see it. Times are RFC 3339 texts. */
export interface TokenRecord {
  def_id: string;
  name: string;
  tenant_id: string;
  subject: string;
  allowed_scopes: ScopeName[];
  token_suffix: string;
  imported: boolean;
  /** `grace`: rotated, and good until `retired_at`. */
  state: 'active' | 'grace' | 'retired';
  retired: boolean;
  created_at: string;
  created_by: string;
  created_by_agent_id: string | null;
  last_used_at: string | null;
  rotated_from?: string;
  retired_at?: string;
}

/** Which token is meant; `tenant` bounds the answer to one tenant, null to none. */
export interface TokenSelector {
  readonly def_id?: string | undefined;
  readonly name?: string | undefined;
  readonly tenant: string | null;
}

/** All versions of the tokens of one name. */
export interface TokenName {
  name: string;
  tenant_id: string;
  version_count: number;
  active_def_id: string | null;
  last_updated: string;
}

interface Row {
  def_id: string;
  name: string;
  tenant_id: string;
  subject: string;
  scopes: string;
  suffix: string;
  imported: number;
  created_at: number;
  created_by: string;
  created_by_agent_id: string | null;
  rotated_from: string | null;
  retired_at: number | null;
  last_used_at: number | null;
}

const COLUMNS =
  'def_id, name, tenant_id, subject, scopes, suffix, imported, created_at, created_by, created_by_agent_id, rotated_from, retired_at, last_used_at';
const BY_HASH = `SELECT ${COLUMNS} FROM loom_tokens WHERE hash = ?`;
const BY_ID = `SELECT ${COLUMNS} FROM loom_tokens WHERE def_id = ?`;
const BY_NAME = `SELECT ${COLUMNS} FROM loom_tokens WHERE name = ? ORDER BY created_at DESC, def_id`;
const ALL = `SELECT ${COLUMNS} FROM loom_tokens ORDER BY name, created_at DESC, def_id`;
const ACTIVE = `SELECT ${COLUMNS} FROM loom_tokens WHERE retired_at IS NULL`;
const INSERT = `INSERT INTO loom_tokens (${COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?)`;
const RETIRE = 'UPDATE loom_tokens SET retired_at = ? WHERE def_id = ?';
const USED = 'UPDATE loom_tokens SET last_used_at = ? WHERE def_id = ? AND ifnull(last_used_at, 0) < ?';

/** The token of a hash, and whether the runtime has an administrator by token. */
export function findToken(tx: Transaction, hash: string): { token: TokenRecord | null; has_admin: boolean } {
  const row = tx.db.get<Row>(BY_HASH, hash);
  return { token: row ? recordOf(row, tx.at) : null, has_admin: admins(tx).some((each) => each.tenant_id === SHARED_TENANT) };
}

/** @throws Refusal `token_name_in_use`, `token_in_use` */
export function createToken(tx: Transaction, token: NewToken): TokenRecord {
  const live = tx.db.all<Row>(BY_NAME, token.name).find((row) => row.retired_at === null);
  // A name of another tenant is taken as well: that it is tells nothing of whose it is.
  if (live) throw new Refusal('token_name_in_use', `a token ${token.name} exists: rotate it, retire it, or choose another name`, { name: token.name });
  requireNewHash(tx, token.hash);
  return insert(tx, token, null);
}

/**
 * Puts a new token in the place of a live one, which stays good until `retireAt`.
 * @throws Refusal `not_found`, `token_retired`
 */
export function rotateToken(
  tx: Transaction,
  selector: TokenSelector,
  next: Pick<NewToken, 'def_id' | 'hash' | 'token_suffix'>,
  graceSeconds: number,
): { token: TokenRecord; prior: TokenRecord } {
  const prior = liveRow(tx, selector);
  requireNewHash(tx, next.hash);
  const retireAt = tx.at + BigInt(Math.round(graceSeconds * 1000)) * 1_000_000n;
  const { name, tenant_id, subject } = prior;
  tx.db.run(RETIRE, retireAt, prior.def_id);
  const token = insert(tx, { name, tenant_id, subject, allowed_scopes: scopesOf(prior), imported: false, ...next }, prior.def_id);
  return { token, prior: recordOf({ ...prior, retired_at: Number(retireAt) }, tx.at) };
}

/**
 * Ends a token now. By its name, those end as well that were rotated and are in their grace.
 *
 * @param othersAdminister tenants that keep an administrator who has no minted token; null stands for all.
 * @throws Refusal `not_found`, `token_retired`, `last_admin_token`
 */
export function retireToken(tx: Transaction, selector: TokenSelector, othersAdminister: readonly string[] | null): TokenRecord[] {
  const rows = rowsOf(tx, selector);
  const valid = rows.filter((row) => row.retired_at === null || row.retired_at > Number(tx.at));
  if (valid.length === 0) throw retired(rows[0]!);
  requireOtherAdmin(tx, valid, othersAdminister);
  for (const row of valid) tx.db.run(RETIRE, tx.at, row.def_id);
  return valid.map((row) => recordOf({ ...row, retired_at: Number(tx.at) }, tx.at));
}

/** @throws Refusal `not_found` */
export function getToken(tx: Transaction, selector: TokenSelector): TokenRecord {
  return recordOf(rowsOf(tx, selector)[0]!, tx.at);
}

/** All tokens of a name, or all there are; the newest of a name first. */
export function listTokens(tx: Transaction, { name, tenant }: TokenSelector): TokenRecord[] {
  const rows = name === undefined ? tx.db.all<Row>(ALL) : tx.db.all<Row>(BY_NAME, name);
  return rows.filter((row) => tenant === null || row.tenant_id === tenant).map((row) => recordOf(row, tx.at));
}

export function listTokenNames(tx: Transaction, selector: TokenSelector): TokenName[] {
  const byName = new Map<string, TokenRecord[]>();
  for (const token of listTokens(tx, selector)) {
    const key = `${token.name}\n${token.tenant_id}`;
    byName.set(key, [...(byName.get(key) ?? []), token]);
  }
  return [...byName.values()].map((versions) => {
    const [newest] = versions;
    const { name, tenant_id } = newest!;
    const changes = versions.flatMap(({ created_at, retired_at }) => [created_at, ...(retired_at === undefined ? [] : [retired_at])]);
    const active = versions.find(({ state }) => state === 'active');
    return { name, tenant_id, version_count: versions.length, active_def_id: active?.def_id ?? null, last_updated: changes.sort().at(-1)! };
  });
}

/** Records when tokens were last used; times are unix milliseconds. */
export function recordUses(tx: Transaction, uses: readonly { def_id: string; at: number }[]): void {
  for (const { def_id, at } of uses) {
    const ns = BigInt(at) * 1_000_000n;
    tx.db.run(USED, ns, def_id, ns);
  }
}

function insert(tx: Transaction, token: NewToken, rotatedFrom: string | null): TokenRecord {
  const { def_id, name, tenant_id, subject, allowed_scopes, token_suffix, imported, hash } = token;
  const { actor, agent } = tx.author;
  const scopes = JSON.stringify(allowed_scopes);
  tx.db.run(INSERT, def_id, name, tenant_id, subject, scopes, token_suffix, imported ? 1 : 0, tx.at, actor, agent, rotatedFrom, hash);
  return recordOf(tx.db.get<Row>(BY_ID, def_id)!, tx.at);
}

function requireNewHash(tx: Transaction, hash: string): void {
  if (tx.db.get<Row>(BY_HASH, hash)) throw new Refusal('token_in_use', 'this secret is or was a token already: choose another');
}

/** Whoever loses a token must leave somebody who administers its tenant. */
function requireOtherAdmin(tx: Transaction, ending: readonly Row[], othersAdminister: readonly string[] | null): void {
  const left = admins(tx).filter(({ def_id }) => !ending.some((each) => each.def_id === def_id));
  for (const { def_id, name, tenant_id, scopes, retired_at } of ending) {
    const isAdmin = retired_at === null && (JSON.parse(scopes) as ScopeName[]).includes('substrate:admin');
    if (!isAdmin || othersAdminister === null || othersAdminister.includes(tenant_id)) continue;
    if (left.some((each) => administers({ tenant: each.tenant_id, scopes: scopesOf(each) }, tenant_id))) continue;
    throw new Refusal('last_admin_token', `${name} is the last token that can administer tenant ${tenant_id}: create another first`, { def_id });
  }
}

function admins(tx: Transaction): Row[] {
  return tx.db.all<Row>(ACTIVE).filter((row) => scopesOf(row).includes('substrate:admin'));
}

/** @throws Refusal `not_found`; what belongs to another tenant looks like what is not there. */
function rowsOf(tx: Transaction, { def_id, name, tenant }: TokenSelector): Row[] {
  const rows = def_id === undefined ? tx.db.all<Row>(BY_NAME, name) : tx.db.all<Row>(BY_ID, def_id);
  const own = rows.filter((row) => (tenant === null || row.tenant_id === tenant) && (name === undefined || row.name === name));
  if (own.length > 0) return own;
  throw new Refusal('not_found', `there is no token ${def_id ?? name}`, { ...(def_id === undefined ? { name } : { def_id }) });
}

/** @throws Refusal `not_found`, `token_retired` */
function liveRow(tx: Transaction, selector: TokenSelector): Row {
  const rows = rowsOf(tx, selector);
  const live = rows.find((row) => row.retired_at === null);
  if (live) return live;
  throw retired(rows[0]!);
}

function retired({ def_id, name, retired_at }: Row): Refusal {
  const at = timeOf(retired_at!);
  return new Refusal('token_retired', `the token ${def_id} of ${name} was retired or rotated, with effect from ${at}: create a new one`, { def_id, retired_at: at });
}

function recordOf(row: Row, at: bigint): TokenRecord {
  const { def_id, name, tenant_id, subject, created_by, created_by_agent_id, rotated_from, retired_at } = row;
  const state = retired_at === null ? 'active' : retired_at > Number(at) ? 'grace' : 'retired';
  return {
    def_id,
    name,
    tenant_id,
    subject,
    allowed_scopes: scopesOf(row),
    token_suffix: row.suffix,
    imported: row.imported === 1,
    state,
    retired: state === 'retired',
    created_at: timeOf(row.created_at),
    created_by,
    created_by_agent_id,
    last_used_at: row.last_used_at === null ? null : timeOf(row.last_used_at),
    ...(rotated_from === null ? {} : { rotated_from }),
    ...(retired_at === null ? {} : { retired_at: timeOf(retired_at) }),
  };
}

function scopesOf({ scopes }: Row): ScopeName[] {
  return JSON.parse(scopes) as ScopeName[];
}

function timeOf(ns: number): string {
  return new Date(ns / 1e6).toISOString();
}
