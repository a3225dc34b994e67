import { ALARMS } from './alarms.js';
import { CHANNELS } from './channels.js';
import { CHUNKS } from './chunks.js';
import { DEFINITIONS } from './definitions.js';
import { DOCUMENTS } from './documents.js';
import { HISTORY } from './history.js';
import { IDEMPOTENCY } from './idempotency.js';
import { LINKS } from './links.js';
import { MEMORY } from './memory.js';
import { PATHS } from './paths.js';
import { RUN_INPUTS, RUNS } from './runs.js';
import { RESIDENTS } from './residents.js';
import { SEARCH } from './search.js';
import { TOKENS } from './tokens.js';
import { WEBHOOKS } from './webhooks.js';

/**
 * The schema of a scope file, one entry per version; `PRAGMA user_version` tells how many have run.
 * Tables without prefix are what `query_chunks` shows to SQL; `loom_*` are the runtime's own.
 * Times are integer unix nanoseconds (reference: tools 2.1).
 */
export const MIGRATIONS: readonly string[] = [
  DOCUMENTS,
  [ALARMS, IDEMPOTENCY, CHUNKS, HISTORY, LINKS, PATHS, MEMORY, CHANNELS, WEBHOOKS, SEARCH, TOKENS].join('\n'),
  [DEFINITIONS, RESIDENTS, RUNS].join('\n'),
  RUN_INPUTS,
];

/** The tables that SQL of a user or a model may read. */
export const EXPOSED_TABLES = ['documents', 'chunks', 'chunk_edges', 'chunk_types', 'chunk_tags'] as const;
