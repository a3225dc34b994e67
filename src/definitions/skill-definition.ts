import { z } from 'zod';
import { toolName } from './agent-content.js';
import type { DefinitionSource } from './kinds.js';

/** Longest body of a skill, in bytes (reference: tools 9). */
export const MAX_BODY_BYTES = 128 * 1024;

/** What an agent can be told about one kind of work. */
export interface SkillDefinition {
  readonly name: string;
  readonly description: string;
  /** The guidance, Markdown. */
  readonly body: string;
  /** Tools that it works with; undefined where it does not say. */
  readonly allowed_tools?: readonly string[] | undefined;
  readonly source: DefinitionSource;
  readonly def_id?: string | undefined;
  readonly version?: number | undefined;
  readonly content_sha256: string;
}

export const skillContent = z.strictObject({
  body: z
    .string()
    .refine((body) => body.trim() !== '', 'must have guidance')
    .refine((body) => Buffer.byteLength(body) <= MAX_BODY_BYTES, `is longer than ${MAX_BODY_BYTES} bytes`)
    .optional()
    .describe('The guidance, Markdown'),
  description: z.string().optional().describe('What it is for, and when to use it'),
  allowed_tools: z.array(toolName).max(512).optional().describe('Tools that it works with'),
});

export type SkillContent = z.output<typeof skillContent>;
