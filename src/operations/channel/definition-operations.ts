import { z } from 'zod';
import type { ChannelDefinition } from '../../channels/definition.js';
import { createDefinition, deleteDefinition, listDefinitions, updateDefinition } from '../../channels/definitions.js';
import type { ScopeCall } from '../../scope/messages.js';
import { scopeKey } from '../../scope/scope.js';
import { internalOperations } from '../internal-operation.js';
import type { Operation } from '../operation.js';
import { channelsScope } from '../scope-resolver.js';

/** The runtime's own operations on the declarations of a tenant, in its channels file. */
export const DEFINITION_TOOL = '_channel_definition';

const definition = z.custom<ChannelDefinition>();

const internal = internalOperations(DEFINITION_TOOL);

export const definitionOperations: readonly Operation[] = [
  internal('list', 'List the channels that were declared at run time', {}, (tx) => listDefinitions(tx), true),
  internal('create', 'Declare a channel', { definition }, (tx, input) => createDefinition(tx, input.definition)),
  internal('update', 'Change the declaration of a channel', { definition }, (tx, input) => updateDefinition(tx, input.definition)),
  internal('delete', 'Take a declaration back', { name: z.string() }, (tx, input) => deleteDefinition(tx, input.name)),
];

/** Reads the channels of a tenant that were declared at run time. */
export async function loadDefinitions(run: (call: Omit<ScopeCall, 'id'>) => Promise<unknown>, tenant: string): Promise<ChannelDefinition[]> {
  const author = { actor: '', agent: null, transport: 'runtime' as const };
  const key = scopeKey(channelsScope(tenant));
  return (await run({ key, tool: DEFINITION_TOOL, op: 'list', input: '{"op":"list"}', author, cursor: null })) as ChannelDefinition[];
}
