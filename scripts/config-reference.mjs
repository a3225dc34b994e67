// Writes what follows from the configuration's schema: the tables of docs/CONFIGURATION.md, and
// loomcycle.schema.json for editors. `npm run build` first; a test tells when this was forgotten.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AGENT_SETTINGS } from '../dist/modules/agents/settings.js';
import { editorSchema, withTables } from '../dist/modules/src/config/reference.js';
import { ROOT } from './lib.mjs';

const guide = path.join(ROOT, 'docs', 'CONFIGURATION.md');
writeFileSync(guide, withTables(readFileSync(guide, 'utf8'), AGENT_SETTINGS));
writeFileSync(path.join(ROOT, 'loomcycle.schema.json'), editorSchema());
