import { z } from 'zod';
import { principalOperation, type Operation } from './operation.js';

export const contextOperations: readonly Operation[] = [
  principalOperation('context', 'substrate:tenant', {
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
];
