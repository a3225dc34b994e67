import { z } from 'zod';

export const modelSettings = z
  .strictObject({
    provider: z.enum(['anthropic', 'openai', 'google', 'openai-compatible']),
    model: z.string().min(1).optional(),
    base_url: z.url({ protocol: /^https?$/ }).optional(),
  })
  .superRefine(({ provider, model, base_url: url }, { addIssue }) => {
    if (provider !== 'openai-compatible') return;
    if (model === undefined) addIssue({ code: 'custom', path: ['model'], message: 'openai-compatible needs it: the name of the model on that server' });
    if (url === undefined) addIssue({ code: 'custom', path: ['base_url'], message: 'openai-compatible needs it, such as http://127.0.0.1:11434/v1' });
  });

/** The model that an agent writes through. */
export type ModelSettings = z.output<typeof modelSettings>;

/** Settings of an agent cannot be used; the message says where each fault is and what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** @throws SettingsError with everything that is wrong */
export function parseSettings<Schema extends z.ZodObject>(schema: Schema, agent: string, settings: Readonly<Record<string, unknown>>): z.output<Schema> {
  const read = schema.safeParse(settings);
  if (read.success) return read.data;
  const known = Object.keys(schema.shape).join(', ');
  const faults = read.error.issues.map((issue) => {
    const at = ['agents', agent, 'settings', ...issue.path].join('.');
    if (issue.code !== 'unrecognized_keys') return `${at}: ${issue.message}`;
    return `${at}: has no ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}${issue.path.length === 0 ? `; known are ${known}` : ''}`;
  });
  throw new SettingsError(faults.join('; '));
}
