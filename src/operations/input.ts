import { z } from 'zod';

/** Kinds of storage scope that a call can name. */
export const scope = z
  .enum(['user', 'agent', 'tenant'])
  .optional()
  .describe('Whose storage: your own (user, the default), that of an agent that acts for you, or what your tenant shares');
const agent = z.string().min(1).max(128).optional().describe('With scope agent: its name');

/** Input of an op on a scope: besides its own keys it takes its name and the scope. */
export function input<Shape extends z.ZodRawShape>(op: string, shape: Shape) {
  return z.strictObject({ op: z.literal(op), scope, agent, ...shape });
}
