import { readFileSync } from 'node:fs';

/** Version of the package. This file is `dist/src/version.js`. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
