import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import type { ChannelDefinition } from './definition.js';

// Channels that were declared at run time: rows of the tenant's channels file.

interface Row {
  name: string;
  definition: string;
}

const ALL = 'SELECT name, definition FROM loom_channels ORDER BY name';
const FIND = 'SELECT name, definition FROM loom_channels WHERE name = ?';
const INSERT = 'INSERT INTO loom_channels (name, definition, created_at, updated_at) VALUES (?, ?, ?, ?)';
const UPDATE = 'UPDATE loom_channels SET definition = ?, updated_at = ? WHERE name = ?';
const DELETE = 'DELETE FROM loom_channels WHERE name = ?';

export function listDefinitions(tx: Transaction): ChannelDefinition[] {
  return tx.db.all<Row>(ALL).map(({ definition }) => JSON.parse(definition) as ChannelDefinition);
}

/** @throws Refusal `channel_name_in_use` */
export function createDefinition(tx: Transaction, definition: ChannelDefinition): void {
  const { name } = definition;
  if (tx.db.get(FIND, name)) {
    throw new Refusal('channel_name_in_use', `a channel ${name} is declared already: update it, or choose another name`, { channel: name });
  }
  tx.db.run(INSERT, name, JSON.stringify(definition), tx.at, tx.at);
}

/** @throws Refusal `channel_not_found` */
export function updateDefinition(tx: Transaction, definition: ChannelDefinition): void {
  if (!tx.db.get(FIND, definition.name)) throw notFound(definition.name);
  tx.db.run(UPDATE, JSON.stringify(definition), tx.at, definition.name);
}

/** @throws Refusal `channel_not_found` */
export function deleteDefinition(tx: Transaction, name: string): void {
  if (!tx.db.get(FIND, name)) throw notFound(name);
  tx.db.run(DELETE, name);
}

export function notFound(name: string): Refusal {
  return new Refusal('channel_not_found', `no channel ${JSON.stringify(name)} was declared at run time: list_channels tells those there are`, { channel: name });
}
