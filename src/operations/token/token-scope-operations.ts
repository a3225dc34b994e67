import { z } from 'zod';
import {
  createToken,
  findToken,
  getToken,
  listTokenNames,
  listTokens,
  recordUses,
  retireToken,
  rotateToken,
  type NewToken,
} from '../../identity/tokens.js';
import { internalOperations } from '../internal-operation.js';
import type { Operation } from '../operation.js';

/** The runtime's own operations on its file of tokens. */
export const TOKEN_TOOL = '_tokens';

const selector = { def_id: z.string().optional(), name: z.string().optional(), tenant: z.string().nullable() };

const internal = internalOperations(TOKEN_TOOL);

export const tokenScopeOperations: readonly Operation[] = [
  internal('find', 'Find the token of a hash', { hash: z.string() }, (tx, { hash }) => findToken(tx, hash), true),
  internal('create', 'Keep a new token', { token: z.custom<NewToken>() }, (tx, { token }) => createToken(tx, token)),
  internal(
    'rotate',
    'Put a token in the place of another',
    { ...selector, next: z.custom<NewToken>(), grace_seconds: z.number() },
    (tx, { next, grace_seconds, ...which }) => rotateToken(tx, which, next, grace_seconds),
  ),
  internal(
    'retire',
    'End a token',
    { ...selector, others_administer: z.array(z.string()).nullable() },
    (tx, { others_administer, ...which }) => retireToken(tx, which, others_administer),
  ),
  internal('get', 'Read a token', selector, (tx, which) => getToken(tx, which), true),
  internal('list', 'Read the tokens of a name', selector, (tx, which) => listTokens(tx, which), true),
  internal('names', 'Read the names of tokens', selector, (tx, which) => listTokenNames(tx, which), true),
  internal(
    'use',
    'Record when tokens were used',
    { uses: z.array(z.strictObject({ def_id: z.string(), at: z.number() })) },
    (tx, { uses }) => recordUses(tx, uses),
  ),
];
