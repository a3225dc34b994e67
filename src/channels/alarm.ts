import type { Transaction } from '../scope/transaction.js';
import type { ScopeDatabase } from '../storage/scope-database.js';
import { nanoseconds, type ChannelDefinition } from './definition.js';
import { CHANNELS_ALARM, deliverDue } from './publish.js';
import { removeBelowFloor } from './purge.js';
import { buryOverdue } from './queue.js';
import { dropAged, dropExpired, SLICE } from './retention.js';
import { knownDefinition } from './state.js';

const STATES = 'SELECT definition FROM loom_channel_state';
const NEXT = `SELECT min(at) AS at FROM (
  SELECT min(deliver_at) AS at FROM loom_deferred
  UNION ALL SELECT min(visible_at) FROM loom_deliveries WHERE last = 1
  UNION ALL SELECT min(expires_at) FROM loom_messages WHERE expires_at IS NOT NULL)`;
const OLDEST = 'SELECT published_at AS at FROM loom_messages WHERE channel = ? ORDER BY seq LIMIT 1';

/**
 * Does what channels have to do by now, a slice of each: delivers what was put aside, buries what was handed
 * out for the last time, takes away what is too old. Rings again at once where a slice was full.
 */
export function runChannelsAlarm(tx: Transaction): void {
  const definitions = tx.db.all<{ definition: string }>(STATES).map(({ definition }) => JSON.parse(definition) as ChannelDefinition);
  const aged = definitions.filter(({ max_age }) => max_age !== undefined);
  const full = [
    deliverDue(tx, SLICE),
    buryOverdue(tx, (channel) => knownDefinition(tx.db, channel)!, SLICE),
    dropExpired(tx),
    ...aged.map((definition) => dropAged(tx, definition)),
    ...definitions.map(({ name }) => removeBelowFloor(tx, name)),
  ];
  const next = full.includes(true) ? tx.at : nextAt(tx.db, aged);
  if (next !== undefined) tx.alarmBy(CHANNELS_ALARM, next);
}

function nextAt(db: ScopeDatabase, aged: readonly ChannelDefinition[]): bigint | undefined {
  const times = aged.flatMap(({ name, max_age }) => {
    const oldest = db.get<{ at: number }>(OLDEST, name);
    return oldest ? [BigInt(oldest.at) + nanoseconds(max_age!)] : [];
  });
  const next = db.get<{ at: number | null }>(NEXT)?.at ?? null;
  if (next !== null) times.push(BigInt(next));
  return times.reduce<bigint | undefined>((first, at) => (first === undefined || at < first ? at : first), undefined);
}
