import { z } from 'zod';
import { Refusal } from '../../errors.js';
import { SCOPES } from '../../identity/principal.js';
import { serviceOperation, type Operation } from '../operation.js';

export const TOKEN_DEF_TOOL = 'operatortokendef';
const ADMIN = 'substrate:admin';

const id = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'takes 1 to 64 letters, digits, _ and -');
const scopes = z.array(z.enum(SCOPES)).max(64);
const time = z.iso.datetime();
const row = z.strictObject({
  def_id: z.string(),
  name: z.string(),
  tenant_id: z.string(),
  subject: z.string(),
  allowed_scopes: scopes,
  token_suffix: z.string().describe('The first characters after lct_; empty for an imported secret'),
  imported: z.boolean(),
  state: z.enum(['active', 'grace', 'retired']).describe('grace: rotated, and good until retired_at'),
  retired: z.boolean(),
  created_at: time,
  created_by: z.string(),
  created_by_agent_id: z.string().nullable(),
  last_used_at: time.nullable(),
  rotated_from: z.string().optional(),
  retired_at: time.optional(),
});
const shown = { token: z.string().optional().describe('The token, this once'), warning: z.string().optional() };
const which = { name: id.optional(), def_id: z.string().min(1).max(128).optional() };

const tokenNames = z.strictObject({
  names: z.array(
    z.strictObject({
      name: z.string(),
      tenant_id: z.string(),
      version_count: z.int(),
      active_def_id: z.string().nullable(),
      last_updated: time,
    }),
  ),
});

function input<Shape extends z.ZodRawShape>(op: string, shape: Shape) {
  return z.strictObject({ op: z.literal(op), ...shape });
}

/** Writes are keyless: the answer to a key would be kept, and the token with it. */
export const tokenOperations: readonly Operation[] = [
  serviceOperation(TOKEN_DEF_TOOL, ADMIN, {
    op: 'create',
    summary: 'Make a bearer token, which is shown this once; or keep a secret that you have',
    keyless: true,
    input: input('create', {
      name: id,
      tenant_id: id.describe('Tenant that it acts in; the shared one is default'),
      subject: id.optional().describe('As whom it acts; tok-<name> without it'),
      scopes: scopes.optional().describe('What it may do; substrate:admin without it'),
      import_token: z.string().min(8).max(1024).regex(/^\S+$/, 'takes no spaces').optional().describe('A secret to keep instead of making one'),
    }),
    output: row.extend(shown),
    run: async ({ tokens }, call, request) => tokens.create(call, request),
  }),
  serviceOperation(TOKEN_DEF_TOOL, ADMIN, {
    op: 'rotate',
    summary: 'Make a new token in the place of a live one, which stays good for a grace',
    keyless: true,
    input: input('rotate', { ...which, grace_seconds: z.number().min(0).max(31_536_000).optional().describe('A day without it') }),
    output: row.extend({ ...shown, prior_retires_at: time }),
    run: async ({ tokens }, call, { grace_seconds, ...request }) => tokens.rotate(call, oneOf(request), grace_seconds),
  }),
  serviceOperation(TOKEN_DEF_TOOL, ADMIN, {
    op: 'retire',
    summary: 'End a token now; by its name with all that are in their grace',
    destructive: true,
    keyless: true,
    input: input('retire', which),
    output: z.strictObject({ def_id: z.string(), name: z.string(), retired_at: time }),
    run: async ({ tokens }, call, request) => tokens.retire(call, oneOf(request)),
  }),
  serviceOperation(TOKEN_DEF_TOOL, ADMIN, {
    op: 'get',
    summary: 'Read what is known of a token; never the token itself',
    readOnly: true,
    input: input('get', { def_id: z.string().min(1).max(128) }),
    output: row,
    run: async ({ tokens }, call, { def_id }) => tokens.get(call, { def_id }),
  }),
  serviceOperation(TOKEN_DEF_TOOL, ADMIN, {
    op: 'list',
    summary: 'List all tokens that a name ever had, the newest first',
    readOnly: true,
    input: input('list', { name: id }),
    output: z.strictObject({ name: z.string(), tokens: z.array(row) }),
    run: async ({ tokens }, call, { name }) => ({ name, tokens: await tokens.list(call, { name }) }),
  }),
  serviceOperation(TOKEN_DEF_TOOL, ADMIN, {
    op: 'names',
    summary: 'List the names that tokens have or had, of the tenants that you administer',
    readOnly: true,
    input: input('names', {}),
    output: tokenNames,
    run: async ({ tokens }, call) => ({ names: await tokens.names(call) }),
  }),
];

/** @throws Refusal `missing_field` */
function oneOf({ name, def_id }: { name?: string | undefined; def_id?: string | undefined }): { name?: string | undefined; def_id?: string | undefined } {
  if (name === undefined && def_id === undefined) throw new Refusal('missing_field', 'missing required field: name or def_id');
  return { name, def_id };
}
