import type { z } from 'zod';
import { Refusal } from '../../errors.js';
import type { ScopeName } from '../../identity/principal.js';
import type { SqlMemoryRequest } from '../../sql/memory/work.js';
import { serviceOperation, type ServiceOperation } from '../operation.js';

type Spec<Input extends z.ZodObject> = Omit<Parameters<typeof serviceOperation<Input>>[2], 'run'>;

/** An operation on the SQL memory of a scope: it runs in a process of the sandbox. */
export function sqlOperation<Input extends z.ZodObject>(
  requires: ScopeName,
  { request, ...spec }: Spec<Input> & { request(input: z.output<Input>): SqlMemoryRequest },
): ServiceOperation {
  return serviceOperation<Input>('memory', requires, {
    ...(spec as Spec<Input>),
    run: async ({ scopes, sqlMemory }, call, input) => {
      const { principal, agent = null, transport, cursor, idempotencyKey } = call;
      if (cursor) throw new Refusal('invalid_input', `${spec.op}: a cursor moves with writes of the scope's file, not with SQL memory`);
      return sqlMemory.run({
        scope: scopes.resolve({ principal, agent: call.agent, run: call.run, input }),
        author: { actor: principal.subject, agent, transport },
        caller: JSON.stringify([principal.tenant, principal.name, principal.subject, agent, transport]),
        request: request(input),
        idempotencyKey,
      });
    },
  });
}
