import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { messageOf } from '../api/client.js';
import { deleteDocument, exportMarkdown } from '../api/documents.js';
import { keys } from '../api/queries.js';
import { ConfirmDialog } from '../ui/ConfirmDialog.js';
import { Icon } from '../ui/Icon.js';
import { Menu } from '../ui/Menu.js';
import { notify } from '../ui/notices.js';

/** What can be done with a whole document: take it out as Markdown, or delete it. */
export function DocumentMenu({ documentId, title }: { documentId: string; title: string }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [deleting, setDeleting] = useState(false);

  const withMarkdown = async (use: (markdown: string) => Promise<void> | void): Promise<void> => {
    try {
      await use((await exportMarkdown(documentId)).markdown);
    } catch (error) {
      notify({ tone: 'error', text: `The document was not exported: ${messageOf(error)}` });
    }
  };

  const copy = () =>
    withMarkdown(async (markdown) => {
      await navigator.clipboard.writeText(markdown);
      notify({ text: 'The document is on the clipboard as Markdown.' });
    });

  const remove = async (): Promise<void> => {
    await deleteDocument(documentId);
    navigate('/paths?scope=user');
    await Promise.all([keys.documents, keys.paths].map((queryKey) => client.invalidateQueries({ queryKey })));
  };

  return (
    <>
      <Menu label="Document actions" trigger={<Icon name="more" />}>
        <button type="button" role="menuitem" className="menu-item" onClick={copy}>
          <Icon name="copy" /> Copy Markdown
        </button>
        <button
          type="button"
          role="menuitem"
          className="menu-item"
          onClick={() => withMarkdown((markdown) => download(`${fileName(title)}.md`, markdown))}
        >
          <Icon name="import" /> Download Markdown
        </button>
        <button type="button" role="menuitem" className="menu-item danger" onClick={() => setDeleting(true)}>
          <Icon name="trash" /> Delete document…
        </button>
      </Menu>
      {deleting && (
        <ConfirmDialog
          title="Delete this document?"
          action="Delete document"
          run={remove}
          onClose={() => setDeleting(false)}
        >
          <p>“{title}” and all its chunks are deleted for everyone. This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

const fileName = (title: string): string => title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'document';

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
