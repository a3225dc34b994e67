import type { ScopeDatabase } from '../storage/scope-database.js';
import type { Transaction } from '../scope/transaction.js';
import type { ChannelDefinition } from './definition.js';

/** What a scope knows of a channel beside its messages. */
export interface ChannelState {
  messages: number;
  bytes: number;
  /** Messages up to this seq are gone. */
  floor: number;
}

const FIND = 'SELECT definition, messages, bytes, floor FROM loom_channel_state WHERE channel = ?';
const INSERT = 'INSERT INTO loom_channel_state (channel, definition) VALUES (?, ?)';
const REDEFINE = 'UPDATE loom_channel_state SET definition = ? WHERE channel = ?';
const UPDATE = 'UPDATE loom_channel_state SET messages = ?, bytes = ?, floor = ? WHERE channel = ?';
const EMPTY: ChannelState = { messages: 0, bytes: 0, floor: 0 };

type Row = ChannelState & { definition: string };

export function stateOf(db: ScopeDatabase, channel: string): ChannelState {
  return db.get<Row>(FIND, channel) ?? EMPTY;
}

/** The definition that the scope's last write to the channel came with. */
export function knownDefinition(db: ScopeDatabase, channel: string): ChannelDefinition | undefined {
  const row = db.get<Row>(FIND, channel);
  return row && (JSON.parse(row.definition) as ChannelDefinition);
}

/** The state of a channel that is about to change; the definition is kept for what the alarm has to do. */
export function openState(tx: Transaction, definition: ChannelDefinition): ChannelState {
  const json = JSON.stringify(definition);
  const row = tx.db.get<Row>(FIND, definition.name);
  if (!row) tx.db.run(INSERT, definition.name, json);
  else if (row.definition !== json) {
    tx.db.run(REDEFINE, json, definition.name);
    if ((JSON.parse(row.definition) as ChannelDefinition).semantic !== definition.semantic) changeSemantic(tx, definition.name);
  }
  const { messages, bytes, floor } = row ?? EMPTY;
  return { messages, bytes, floor };
}

const SETTLE = `UPDATE loom_channel_consumers AS c SET seq = (
    SELECT ifnull(min(d.seq) - 1, c.seq) FROM loom_deliveries d WHERE d.channel = c.channel AND d.consumer = c.consumer)
  WHERE channel = ?`;
const TAKE_BACK = 'DELETE FROM loom_deliveries WHERE channel = ?';

/** A queue that became a broadcast, or the other way round: what was handed out and not acknowledged comes again. */
function changeSemantic(tx: Transaction, channel: string): void {
  tx.db.run(SETTLE, channel);
  tx.db.run(TAKE_BACK, channel);
}

export function saveState(tx: Transaction, channel: string, { messages, bytes, floor }: ChannelState): void {
  tx.db.run(UPDATE, messages, bytes, floor, channel);
}
