import { z } from 'zod';

const name = z.string().min(1).optional();

/** The model that an agent writes through, as a `ModelChoice`. */
export const modelChoice = z
  .strictObject({ provider: name, model: name, tier: name })
  .refine((choice) => Object.values(choice).some((value) => value !== undefined), 'needs a provider, a model or a tier; without `model` the agent writes by itself');

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
