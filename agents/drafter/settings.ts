import { z } from 'zod';
import { modelChoice } from '../writing/settings.js';

const template = z
  .string()
  .includes('{slug}', 'must have {slug} in it, such as https://example.org/{slug}')
  .refine((text) => /^https?:\/\/./.test(text) && URL.canParse(text), 'must be an http or https address with {slug} in it');

/** Settings of the drafter, as they stand in its definition. */
export const drafterSettings = z.strictObject({
  posts: z
    .union([z.strictObject({ folder: z.string().min(1) }), z.strictObject({ url: template })], 'must be { folder: … } or { url: … } with {slug} in it')
    .describe('Where posts are: `{ folder: … }` with files `<slug>.md`, or `{ url: … }` with `{slug}` in it'),
  link: template.describe('Public address of a post, with `{slug}`'),
  type: z.string().min(1).default('publication').describe('Type of the chunks to draft'),
  draft_only_types: z
    .array(z.string().min(1))
    .min(1)
    .max(20)
    .optional()
    .describe('Types of the chunks to draft, where there are several: in place of `type`. No chunk of another type is touched'),
  window_hours: z.number().positive().max(24 * 366).default(72).describe('How far ahead a date may lie'),
  voice: z
    .union([z.strictObject({ memory: z.string().min(1) }), z.strictObject({ chunk: z.string().min(1) })], 'must be { memory: <key> } or { chunk: <id> }')
    .optional()
    .describe('Where the rules of the author’s voice stand: `{ memory: <key> }`, a text or a list of texts, or `{ chunk: <id> }`. A model follows them; the offline writer writes none of its own words'),
  skills: z.string().min(1).optional().describe('Folder of the skills `draft-<network>`; without it that of the bundle social-drafter'),
  model: modelChoice.optional().describe('[Model](MODELS.md#which-model-takes-a-turn) that writes: `{ provider?, model?, tier? }`. Without it the offline writer writes, whatever keys there are'),
});

export type DrafterSettings = z.output<typeof drafterSettings>;

/** The types of the chunks that are drafted. */
export function typesOf({ type, draft_only_types: types }: DrafterSettings): readonly string[] {
  return types ?? [type];
}
