import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { SeedConfig } from './config/schema.js';
import type { Principal } from './identity/principal.js';
import { log } from './log.js';
import type { Dispatcher } from './operations/dispatcher.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Gives an empty data directory its first types and documents, by the operations that clients use. */
export async function seedDocuments(
  seeds: Readonly<Record<string, SeedConfig>>,
  principals: ReadonlyMap<string, Principal>,
  dispatcher: Dispatcher,
): Promise<void> {
  for (const [name, { principal: who, types, documents }] of Object.entries(seeds)) {
    const principal = principals.get(who)!;
    const call = (input: Record<string, unknown>): Promise<unknown> =>
      dispatcher.call({ principal, transport: 'runtime', tool: 'document', input });
    // Read before anything is written: a missing file must not leave half a seed behind.
    const definitions = types.map((file) => parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
    const texts = documents.map((file) => withDates(readFileSync(file, 'utf8'), new Date()));
    for (const type of definitions) await call({ op: 'define_type', ...type });
    for (const markdown of texts) {
      const result = await call({ op: 'import_md', markdown });
      log('info', 'imported a sample document', { seed: name, ...(result as object) });
    }
  }
}

/** Replaces `{{today}}`, `{{today+2}}` and `{{today-1}}` by ISO dates (UTC). */
export function withDates(text: string, today: Date): string {
  return text.replaceAll(/\{\{today([+-]\d{1,4})?\}\}/g, (_all, days: string | undefined) =>
    new Date(today.getTime() + Number(days ?? 0) * DAY_MS).toISOString().slice(0, 10),
  );
}
