import { z } from 'zod';
import type { JsonSchema } from '../src/config/json-schema.js';
import { drafterSettings } from './drafter/settings.js';
import { reporterSettings } from './reporter/settings.js';

const schemaOf = (settings: z.ZodType): JsonSchema => z.toJSONSchema(settings, { io: 'input' }) as JsonSchema;

/** JSON Schemas of what the agents that come with the runtime take, by the names of their tables in the documentation. */
export const AGENT_SETTINGS: Readonly<Record<string, JsonSchema>> = {
  'settings.drafter': schemaOf(drafterSettings),
  'settings.reporter': schemaOf(reporterSettings),
};
