import { z } from 'zod';
import { modelChoice } from '../writing/settings.js';

/** Settings of the reporter, as they stand in its definition. */
export const reporterSettings = z.strictObject({
  type: z.string().min(1).default('publication').describe('Type of the chunks to report on'),
  heading: z.string().min(1).default('§6 Weekly digest').describe('Title of the chunk below which digests are kept'),
  engagement: z
    .array(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'a name of a field: small letters, digits and _'))
    .max(20)
    .default(['likes', 'reposts', 'comments', 'clicks', 'views'])
    .describe('Fields that say how a publication was received, whole numbers; those that a chunk does not carry are left out'),
  model: modelChoice.optional().describe('Model that writes the opening paragraph, as that of the drafter; it is asked again whenever the figures change. Without it the paragraph has fixed words, whatever keys there are'),
});

export type ReporterSettings = z.output<typeof reporterSettings>;
