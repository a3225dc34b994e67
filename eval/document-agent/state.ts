import type { User } from './runtime.js';

export interface Chunk {
  readonly id: string;
  readonly document_id: string;
  readonly title: string;
  readonly body: string;
  readonly status?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly depth: number;
}

/** All documents of a user at a moment, in the order of reading. */
export interface State {
  readonly chunks: readonly Chunk[];
  /** `A -kind-> B`, and `A -kind-> ?B` for a link that leads nowhere; sorted. */
  readonly links: readonly string[];
}

export async function stateOf(user: User): Promise<State> {
  const { documents } = await user.call<{ documents: { root_chunk_id: string }[] }>('document', 'list_documents');
  const trees = await Promise.all(documents.map(({ root_chunk_id: id }) => user.call<{ chunks: Chunk[] }>('document', 'get_subtree', { id })));
  const chunks = trees.flatMap((tree) => tree.chunks);
  const { rows: edges } = await user.call<{ rows: string[][] }>('document', 'query_chunks', { sql: EDGES });
  const open = await Promise.all(chunks.filter(({ body }) => body.includes('[[')).map((chunk) => openLinksOf(user, chunk)));
  return { chunks, links: [...edges.map(([from, kind, to]) => `${from} -${kind}-> ${to}`), ...open.flat()].sort() };
}

const EDGES = 'SELECT a.title, e.kind, b.title FROM chunk_edges e JOIN chunks a ON a.id = e.from_id JOIN chunks b ON b.id = e.to_id';

async function openLinksOf(user: User, { id, title }: Chunk): Promise<string[]> {
  const { unresolved } = await user.call<{ unresolved: { kind: string; target: string }[] }>('document', 'get_edges', { id, direction: 'out' });
  return unresolved.map(({ kind, target }) => `${title} -${kind}-> ?${target}`);
}

/** Titles below each other as they stand in the tree, two spaces a level. */
export function outlineOf({ chunks }: State): string[] {
  return chunks.map(({ title, depth }) => `${'  '.repeat(depth)}${title}`);
}

/** Status and fields by title, of chunks that have any. */
export function statusesOf({ chunks }: State): Record<string, string> {
  const marked = chunks.filter(({ status, fields = {} }) => status !== undefined || Object.keys(fields).length > 0);
  return Object.fromEntries(marked.map(({ title, status = '', fields = {} }) => [title, [status, ...Object.entries(fields).filter(([key]) => key !== 'status').map(([key, value]) => `${key}=${String(value)}`)].join(' ').trim()]));
}

export interface Change {
  readonly op: string;
  readonly chunk_id?: string;
  readonly agent?: string;
}

/** Every change of a user's documents from now on. @returns what tells of them. */
export async function watchChanges(user: User): Promise<() => Promise<readonly Change[]>> {
  const { next_cursor: since } = await user.call<{ next_cursor: string }>('document', 'changes_since', { limit: 1 });
  return async () => {
    const { changes, more } = await user.call<{ changes: Change[]; more: boolean }>('document', 'changes_since', { since, limit: 200 });
    if (more) throw new Error('a case makes more than 200 changes');
    return changes;
  };
}
