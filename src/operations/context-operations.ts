import { z } from 'zod';
import { Refusal } from '../errors.js';
import { hasScope, type Principal } from '../identity/principal.js';
import { principalOperation, type Operation } from './operation.js';

const TENANT = 'substrate:tenant';

/** What a caller may know of itself and of what there is (reference: tools 7). @param all every operation */
export function contextOperations(all: () => readonly Operation[]): readonly Operation[] {
  const openTo = (principal: Principal): Operation[] => all().filter(({ internal, requires }) => !internal && hasScope(principal, requires));
  return [
    principalOperation('context', TENANT, {
      op: 'self',
      summary: 'Tell as whom you act: tenant, subject and scopes of your bearer',
      readOnly: true,
      input: z.strictObject({ op: z.literal('self') }),
      output: z.object({
        user_id: z.string(),
        tenant_id: z.string(),
        subject: z.string(),
        scopes: z.array(z.string()),
        principal: z.string(),
      }),
      run: ({ tenant, subject, scopes, name }) => ({
        user_id: subject,
        tenant_id: tenant,
        subject,
        scopes: [...scopes],
        principal: name,
      }),
    }),
    principalOperation('context', TENANT, {
      op: 'tools',
      summary: 'List the tools, and their ops, that your bearer may call',
      readOnly: true,
      input: z.strictObject({ op: z.literal('tools') }),
      output: z.object({ tools: z.array(z.object({ name: z.string(), ops: z.array(z.string()) })) }),
      run: (principal) => {
        const operations = openTo(principal);
        const names = [...new Set(operations.map(({ tool }) => tool))];
        return { tools: names.map((name) => ({ name, ops: operations.filter(({ tool }) => tool === name).map(({ op }) => op) })) };
      },
    }),
    principalOperation('context', TENANT, {
      op: 'doc',
      summary: 'Tell what each op of a tool does, and whether it changes anything',
      readOnly: true,
      input: z.strictObject({ op: z.literal('doc'), name: z.string().describe('Name of the tool') }),
      output: z.object({
        name: z.string(),
        ops: z.array(z.object({ op: z.string(), summary: z.string(), read_only: z.boolean(), destructive: z.boolean(), requires: z.string().describe('Scope') })),
      }),
      run: (principal, { name }) => {
        const operations = openTo(principal).filter(({ tool }) => tool === name);
        if (operations.length === 0) throw new Refusal('not_found', `no tool ${JSON.stringify(name)} that you may call: tools lists them`, { name });
        return { name, ops: operations.map(({ op, summary, readOnly, destructive, requires }) => ({ op, summary, read_only: readOnly, destructive, requires })) };
      },
    }),
  ];
}
