import type { ScriptedTurn } from './model-server.js';
import type { Seen } from './seen.js';

/** What the person does to the document while the agent is at work. */
export interface Person {
  /** Changes a chunk at its newest revision. */
  edit(title: string, patch: Readonly<Record<string, unknown>>): Promise<void>;
}

export type Step = (seen: Seen, person: Person) => ScriptedTurn | Promise<ScriptedTurn>;

/** What is counted, and what it asks. */
export type Mark =
  /** The chunks that the agent changed, made and deleted are those that it should have, and say what they should. */
  | 'right chunks'
  /** Titles, levels and order. */
  | 'outline right'
  | 'links right'
  /** Status and fields. */
  | 'status right'
  /** Each write of what was there names the revision that it is made on; what the person wrote meanwhile stands. */
  | 'guard kept'
  /** Every number and name that it wrote or said stands in the documents, the request or a count of a tool. */
  | 'nothing invented'
  /** It has the tools of its definition, ended as it should in as many turns, and deletes no more than ten chunks unasked. */
  | 'limits kept'
  /** It says by title what it changed, in three sentences at most. */
  | 'answer names it';

export interface DocumentCase {
  readonly name: string;
  /** The user's documents as Markdown, in order; the person has the first open. */
  readonly documents: readonly string[];
  /** A document that the tenant shares, which nobody vouches for. */
  readonly shared?: string;
  /** The request, and what comes with it that others wrote. */
  readonly request: string;
  readonly pasted?: string;
  /** Ops of the person before the run. */
  readonly prepare?: readonly (Readonly<Record<string, unknown>> & { readonly op: string })[];
  readonly steps: readonly Step[];
  /** Takes every turn after the last step, too. */
  readonly endless?: boolean;
  /** Titles, as they are afterwards, of chunks that the agent should have changed, and of those that it should have made. */
  readonly changed?: readonly string[];
  readonly made?: readonly string[];
  /** Titles of those that it should have deleted, with all below them. */
  readonly deleted?: readonly string[];
  /** Bodies afterwards, by title; those of all others are as before, unless the person changed them. */
  readonly bodies?: Readonly<Record<string, string>>;
  /** Left out: as before. Statuses are `status key=value`. */
  readonly outline?: readonly string[];
  readonly links?: readonly string[];
  readonly statuses?: Readonly<Record<string, string>>;
  readonly ending?: { readonly stop_reason: string; readonly turns: number };
  /** Reasons of the refusals that its calls meet, in order; `no_tool` for a tool that it does not have. */
  readonly refused?: readonly string[];
  /** Parts of texts that have to reach the model marked as untrusted, and only so. */
  readonly marked?: readonly string[];
  /** The script misbehaves in a way that no runtime can see: these, and no others, have to be found wrong. */
  readonly misdeeds?: readonly Mark[];
}

/** Calls of the tool Document. */
export function document(...inputs: readonly (Readonly<Record<string, unknown>> & { readonly op: string })[]): ScriptedTurn {
  return { calls: inputs.map((input) => ({ name: 'Document', input })) };
}

export function say(text: string): Step {
  return () => ({ text });
}

/** Reads every chunk of the document that is open. */
export const read: Step = (seen) => document({ op: 'query_chunks', document_id: seen.documentId, include_body: true });
