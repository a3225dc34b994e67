import type { TestServer } from '../../support/server.js';
import { channelInputs } from './channel.js';
import { canvasInputs } from './canvas.js';
import { chunksInputs } from './chunks.js';
import { definitionInputs } from './definitions.js';
import { documentInputs } from './document.js';
import { historyInputs } from './history.js';
import { linkInputs } from './links.js';
import { searchInputs } from './search.js';
import { pathInputs } from './path.js';
import { memoryInputs } from './memory.js';
import { runInputs } from './runs.js';
import { tokenInputs } from './tokens.js';
import { webhookInputs } from './webhook.js';

/** What is there before each call. */
export interface Ids {
  document: string;
  chunk: string;
  /** A document that may go. */
  spare: string;
}

/** Valid inputs, by `<tool> <op>`. */
export type Inputs = Record<
  string,
  (ids: Ids, server: TestServer, call: Call) => Record<string, unknown> | Promise<Record<string, unknown>>
>;

/** Calls a tool over the same transport as the call that the input is for. */
export type Call = (tool: string, input: Record<string, unknown>) => Promise<unknown>;

/** A valid input of every public op. */
export const INPUTS: Inputs = {
  'context self': () => ({}),
  'context tools': () => ({}),
  'context doc': () => ({ name: 'document' }),
  ...channelInputs,
  ...documentInputs,
  ...canvasInputs,
  ...linkInputs,
  ...searchInputs,
  ...chunksInputs,
  ...pathInputs,
  ...memoryInputs,
  ...tokenInputs,
  ...historyInputs,
  ...webhookInputs,
  ...definitionInputs,
  ...runInputs,
};
