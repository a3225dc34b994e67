import { z } from 'zod';

/** An error of the transport, as HTTP shows it. */
export const errorBody = z.object({
  code: z.string().describe('For programs; stable across releases'),
  error: z.string().describe('For people; may be reworded'),
});

/** A refused operation, as HTTP shows it. */
export const refusalBody = errorBody.extend({
  tool: z.string().optional(),
  reason: z.string().optional().describe('Why it was refused; stable across releases'),
  data: z.record(z.string(), z.unknown()).optional().describe('What the caller needs to act on it'),
  retryable: z.boolean().optional(),
});
