import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { insertChunk } from './chunks.js';
import { insertDocument } from './documents.js';
import { publishChunk } from './events.js';
import { newId } from './ids.js';
import { requireLimits, requireRoom } from './limits.js';
import { MarkdownError, parseMarkdown, type MarkdownChunk, type MarkdownEdge } from './markdown/index.js';
import { chunkById, documentById, type ChunkRow } from './rows.js';
import { catchUpSoon } from './search/keeper.js';
import { openPosition } from './siblings.js';

export interface ImportInput {
  markdown: string;
  title?: string | undefined;
  document_id?: string | undefined;
  parent_id?: string | undefined;
  /** Name of the new document. */
  path?: string | undefined;
}

export interface ImportResult {
  document_id: string;
  root_chunk_id: string;
  chunks_created: number;
}

/** So many chunks are indexed for search in the background: fewer, when someone searches. */
const MANY_CHUNKS = 500;

const LINK = 'INSERT OR IGNORE INTO chunk_edges (from_id, to_id, kind, created_at) VALUES (?, ?, ?, ?)';

/**
 * Makes a document of Markdown, or a subtree of an existing one. Ids are always fresh; edges of the
 * text are kept between chunks of the text. One audit row, an event for each chunk, all or nothing.
 */
export function importMarkdown(tx: Transaction, input: ImportInput): ImportResult {
  const tree = parse(input.markdown);
  requireRoom(tx.db, input.document_id, input.parent_id, sizeOf(tree.root));
  const importer = new Importer(tx);
  const root = input.document_id === undefined ? importer.asDocument(tree.root, input) : importer.below(input, tree.root);
  importer.link(tree.edges);
  tx.audit('import_md', { documentId: root.document_id, chunkId: root.id, revision: 1 });
  tx.touch(root.document_id);
  if (importer.created > MANY_CHUNKS) catchUpSoon(tx);
  return { document_id: root.document_id, root_chunk_id: root.id, chunks_created: importer.created };
}

function parse(markdown: string): ReturnType<typeof parseMarkdown> {
  try {
    return parseMarkdown(markdown);
  } catch (error) {
    if (error instanceof MarkdownError) throw new Refusal('invalid_input', `import_md: ${error.message}`);
    throw error;
  }
}

function sizeOf(root: MarkdownChunk): { chunks: number; height: number } {
  const size = { chunks: 0, height: 0 };
  for (let level = [root]; level.length > 0; level = level.flatMap((chunk) => chunk.children)) {
    size.chunks += level.length;
    size.height += 1;
  }
  return size;
}

class Importer {
  created = 0;
  /** Ids of the text to the ids they got here. */
  private readonly ids = new Map<string, string>();

  constructor(private readonly tx: Transaction) {}

  asDocument(root: MarkdownChunk, { title, path }: ImportInput): ChunkRow {
    const document = insertDocument(this.tx, title ?? root.title, contentOf(root), path);
    return this.finish(root, chunkById(this.tx.db, document.root_chunk_id));
  }

  below(input: ImportInput, root: MarkdownChunk): ChunkRow {
    const { db } = this.tx;
    const document = documentById(db, input.document_id!);
    const parent = chunkById(db, input.parent_id ?? document.root_chunk_id);
    if (parent.document_id !== document.id) {
      throw new Refusal('not_found', `chunk ${parent.id} is not in document ${document.id}`, { parent_id: parent.id });
    }
    return this.insert(root, parent, openPosition(db, document.id, parent.id));
  }

  link(edges: readonly MarkdownEdge[]): void {
    for (const { from, to, kind } of edges) {
      const fromId = this.ids.get(from);
      const toId = this.ids.get(to);
      if (fromId && toId) this.tx.db.run(LINK, fromId, toId, kind, this.tx.at);
    }
  }

  private insert(chunk: MarkdownChunk, parent: ChunkRow, position: number): ChunkRow {
    const row = insertChunk(this.tx, {
      ...contentOf(chunk),
      id: newId(),
      document_id: parent.document_id,
      parent_id: parent.id,
      position,
      title: chunk.title,
    });
    return this.finish(chunk, row);
  }

  private finish(chunk: MarkdownChunk, row: ChunkRow): ChunkRow {
    this.created += 1;
    if (chunk.id !== undefined) this.ids.set(chunk.id, row.id);
    publishChunk(this.tx, 'import_md', row, null);
    chunk.children.forEach((child, index) => this.insert(child, row, index));
    return row;
  }
}

/** @throws Refusal `too_large` */
function contentOf(chunk: MarkdownChunk): Pick<MarkdownChunk, 'body' | 'type' | 'status' | 'fields'> {
  requireLimits(chunk);
  const { body, type, status, fields } = chunk;
  return { body, type, status, fields };
}
