import { z } from 'zod';
import { NOT_REPEATABLE } from '../front/mcp/repeatable.js';

/** Whether a call that may have been applied already may be sent again, with the key that it had. */
export type Repeatable = (params: Record<string, unknown> | undefined) => boolean;

const listed = z.object({
  tools: z.array(
    z.object({
      name: z.string(),
      annotations: z.object({ readOnlyHint: z.boolean().optional() }).optional(),
      _meta: z.object({ [NOT_REPEATABLE]: z.array(z.string()).optional() }).optional(),
    }),
  ),
});

/**
 * What the result of `tools/list` says of repeats. A tool that only reads may always be called again; of the
 * others only one that says that it takes keys, and not those of its ops that take none.
 */
export function repeatableBy(result: unknown): Repeatable {
  const { success, data } = listed.safeParse(result);
  const tools = new Map(success ? data.tools.map((tool) => [tool.name, tool]) : []);
  return (params) => {
    const tool = tools.get(String(params?.name));
    if (tool?.annotations?.readOnlyHint) return true;
    const keyless = tool?._meta?.[NOT_REPEATABLE];
    const { op } = (params?.arguments ?? {}) as { op?: unknown };
    return keyless !== undefined && (keyless.length === 0 || (typeof op === 'string' && !keyless.includes(op)));
  };
}
