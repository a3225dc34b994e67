import { Refusal } from '../../errors.js';
import { documentAt } from '../../paths/document-names.js';
import type { Transaction } from '../../scope/transaction.js';

/** The document that an input names, by id or by path. @throws Refusal */
export function whichDocument(
  tx: Transaction,
  op: string,
  input: { document_id?: string | undefined; id?: string | undefined; path?: string | undefined },
): string {
  const id = input.document_id ?? input.id;
  if (id !== undefined && input.path !== undefined) {
    throw new Refusal('invalid_input', `${op}: an id and a path both name the document: send one of them`);
  }
  if (id !== undefined) return id;
  if (input.path !== undefined) return documentAt(tx.db, input.path);
  throw new Refusal('missing_field', `${op}: missing required field: id or path`, { issues: [{ path: 'id', message: 'or path' }] });
}
