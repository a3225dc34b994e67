import { z } from 'zod';

/** Settings of the drafter, as they stand in its definition. */
export const drafterSettings = z.strictObject({
  type: z.string().default('publication').describe('Type of the chunks to draft'),
  window_hours: z.number().positive().default(72).describe('How far ahead a date may lie'),
  posts: z
    .union([z.strictObject({ folder: z.string() }), z.strictObject({ url: z.string() })])
    .describe('Where posts are: a folder of <slug>.md, or a URL with {slug}'),
  link: z.string().includes('{slug}').describe('Public address of a post, with {slug}'),
  model: z
    .strictObject({
      provider: z.enum(['anthropic', 'openai', 'google', 'openai-compatible']),
      model: z.string().optional(),
      base_url: z.url().optional(),
    })
    .optional()
    .describe('Model that writes; without it, and without a key in the environment, the offline writer does'),
});

export type DrafterSettings = z.output<typeof drafterSettings>;
