import { Refusal } from '../errors.js';
import type { Transaction } from '../scope/transaction.js';
import { TreeImporter } from './import-tree.js';
import { MarkdownError, parseMarkdown, type MarkdownTree } from './markdown/index.js';
import { syncDocument, type SyncMode, type SyncResult } from './sync/sync.js';

export interface ImportInput {
  markdown: string;
  title?: string | undefined;
  document_id?: string | undefined;
  parent_id?: string | undefined;
  mode?: SyncMode | undefined;
  force?: boolean | undefined;
  /** Name of the new document. */
  path?: string | undefined;
}

export interface ImportResult {
  document_id: string;
  root_chunk_id: string;
  chunks_created: number;
}

/**
 * Makes a document of Markdown, or a subtree of an existing one, with fresh ids; with a mode it brings an
 * existing document to what the text says. All or nothing.
 *
 * @throws Refusal `invalid_input`, `missing_field`, `not_found`, `invalid_field`, `too_large`; with a mode
 *   also `revision_conflict` and `root_chunk`
 */
export function importMarkdown(tx: Transaction, input: ImportInput): ImportResult | SyncResult {
  const { title, path, document_id: documentId, parent_id: parentId, mode, force } = input;
  if (mode !== undefined) {
    if (documentId === undefined) {
      throw new Refusal('missing_field', `import_md: missing required field: document_id (mode ${mode} syncs a document)`);
    }
    if (parentId !== undefined) {
      throw new Refusal('invalid_input', 'import_md: with a mode the text is the whole document: leave parent_id out');
    }
    return syncDocument(tx, documentId, parse(input.markdown), { mode, force: force === true, title });
  }
  if (force !== undefined) throw new Refusal('invalid_input', 'import_md: force belongs to a mode: replace or merge');
  const tree = parse(input.markdown);
  const importer = new TreeImporter(tx, 'import_md');
  const root =
    documentId === undefined ? importer.asDocument(tree.root, { title, path }) : importer.below(documentId, parentId, [tree.root])[0]!;
  importer.link(tree.edges);
  tx.audit('import_md', { documentId: root.document_id, chunkId: root.id, revision: 1 });
  tx.touch(root.document_id);
  return { document_id: root.document_id, root_chunk_id: root.id, chunks_created: importer.created };
}

function parse(markdown: string): MarkdownTree {
  try {
    return parseMarkdown(markdown);
  } catch (error) {
    if (error instanceof MarkdownError) throw new Refusal('invalid_input', `import_md: ${error.message}`);
    throw error;
  }
}
