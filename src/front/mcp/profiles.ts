import { TOOLS } from '../../operations/registry.js';
import { CHANNEL_TOOLS } from './channel-tools.js';
import { DOCUMENT_TOOLS } from './document-tools.js';
import { FlatTools } from './flat-tools.js';
import { RUN_TOOLS } from './run-tools.js';

/** What a session shows: chosen at its beginning, and kept. */
export interface Profile {
  /** `""` for the one without a name. */
  readonly name: string;
  /** What a model has to know to work here, under 200 words. */
  readonly instructions: string;
  /** Tools with ops. */
  readonly tools: readonly string[];
  /** Tools that stand for one op each. */
  readonly flat: FlatTools;
}

const ALL: Profile = {
  name: '',
  instructions: `Documents here are trees of chunks that people and agents write together.
Read a chunk before you change it and send the revision that you read with update_chunk. When the answer is a
revision conflict, nothing was written: take the current chunk from its data, apply your change to it, send again.
query_chunks finds work, by filters or by one read-only SQL statement over documents, chunks, chunk_edges,
chunk_types and chunk_tags, for example: SELECT id, title FROM chunks WHERE type = 'publication' AND status = 'scheduled'.
search finds chunks by their words: a word, pre*, "a phrase", AND, OR, NOT.
[[title]] in a body links to a chunk, #tag tags its own; backlinks and list_tags find them.
list_types tells the fields of a type; a write that breaks them is refused with field, rule and value.
channel publishes messages and reads them: subscribe, deal with what came, then ack, or it comes again.
A write that may be repeated takes an idempotency_key. A refused call changed nothing: next says what to do.
context self tells as whom you act.`,
  tools: TOOLS,
  flat: new FlatTools([...CHANNEL_TOOLS, ...RUN_TOOLS]),
};

const DOCUMENTS: Profile = {
  name: 'documents',
  instructions: `Documents here are trees of chunks that people and agents write together, often at the same time.
Find: list_documents gives the overview, search_documents finds words, query_chunks finds chunks by status, type and fields,
for example what is scheduled and due.
Read: read_document gives the whole text with the id and revision of each chunk, read_chunk one chunk with its links.
Write: write_chunk changes text, status and fields at the revision that you read. A revision_conflict means that somebody
wrote meanwhile and nothing of yours was written: apply your change to the current chunk in its data and send it again.
Never overwrite what others wrote. Change single chunks rather than the whole document.
Build: create_document and add_chunk, or import_markdown for a text that is there already; define_type gives chunks fields
(list_types shows them); move_chunk, link_chunks, unlink_chunks and delete_chunk arrange them.
Follow: changes_since tells what was written, by whom; keep its next_cursor.
A refusal says in next what to do.`,
  tools: [],
  flat: DOCUMENT_TOOLS,
};

/** The profiles that have a name. */
export const PROFILE_NAMES: readonly string[] = [DOCUMENTS.name];

/** The profile of a name, the one with everything for none; undefined for a name that no profile has. */
export function profileNamed(name: string | null): Profile | undefined {
  return [ALL, DOCUMENTS].find((profile) => profile.name === (name ?? ''));
}

/** The profile with every tool. */
export const EVERYTHING = ALL;
