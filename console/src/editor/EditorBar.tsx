import { useState } from 'react';
import type { Chunk } from '../api/types.js';
import type { Change } from '../live/changes.js';
import { ChangedBy } from '../outline/ChangedBy.js';
import { countDescendants, placeAfter, type Direction, type TreeNode } from '../outline/tree.js';
import type { ChunkActions } from '../outline/useChunkActions.js';
import { Ago } from '../ui/Ago.js';
import { ConfirmDialog } from '../ui/ConfirmDialog.js';
import { Icon, type IconName } from '../ui/Icon.js';
import { Menu } from '../ui/Menu.js';
import { fromNanos } from '../ui/time.js';

interface EditorBarProps {
  chunk: Chunk;
  node: TreeNode;
  unsaved: boolean;
  saving: boolean;
  change: Change | undefined;
  actions: ChunkActions;
  onSave: () => Promise<void>;
  onDiscard: () => void;
  onAddChild: (parentId: string) => Promise<void>;
  onSelect: (chunkId: string | undefined) => void;
}

const MOVES: readonly { direction: Direction; label: string; icon: IconName }[] = [
  { direction: 'up', label: 'Move up', icon: 'up' },
  { direction: 'down', label: 'Move down', icon: 'down' },
  { direction: 'indent', label: 'Move into the chunk above', icon: 'indent' },
  { direction: 'outdent', label: 'Move out one level', icon: 'outdent' },
];

export function EditorBar(props: EditorBarProps) {
  const { chunk, node, unsaved, saving, change, actions, onSave, onDiscard, onAddChild, onSelect } = props;
  const [deleting, setDeleting] = useState(false);
  const below = countDescendants(node);

  return (
    <div className="editor-bar">
      <button type="button" className="icon-button back" aria-label="Back to the outline" onClick={() => onSelect(undefined)}>
        <Icon name="back" />
      </button>
      <span className="save-state" data-unsaved={unsaved} role="status">
        {saving ? 'Saving…' : unsaved ? 'Unsaved changes' : 'Saved'}
      </span>
      <span className="editor-meta">
        revision {chunk.revision} · {change ? <ChangedBy change={change} /> : <Ago at={fromNanos(chunk.updated_at)} />}
      </span>
      <button type="button" className="icon-button" aria-label="Add child chunk" title="Add child chunk" onClick={() => onAddChild(chunk.id)}>
        <Icon name="child" />
      </button>
      <Menu label="Chunk actions" trigger={<Icon name="more" />}>
        {MOVES.map(({ direction, label, icon }) => (
          <button
            key={direction}
            type="button"
            role="menuitem"
            className="menu-item"
            disabled={!placeAfter(node, direction)}
            onClick={() => actions.move(node, direction)}
          >
            <Icon name={icon} /> {label}
          </button>
        ))}
        {unsaved && (
          <button type="button" role="menuitem" className="menu-item" onClick={onDiscard}>
            <Icon name="close" /> Discard my edits
          </button>
        )}
        <button
          type="button"
          role="menuitem"
          className="menu-item danger"
          disabled={!node.parent}
          onClick={() => setDeleting(true)}
        >
          <Icon name="trash" /> Delete chunk…
        </button>
      </Menu>
      <button
        type="button"
        className="button primary"
        data-testid="save-chunk"
        title="Save (Ctrl+S)"
        disabled={!unsaved || saving}
        onClick={onSave}
      >
        Save
      </button>
      {deleting && (
        <ConfirmDialog
          title="Delete this chunk?"
          action="Delete chunk"
          run={async () => {
            await actions.remove(chunk);
            onSelect(node.parent?.chunk.id);
          }}
          onClose={() => setDeleting(false)}
        >
          <p>
            “{chunk.title}”{below > 0 && ` and the ${below} chunk${below === 1 ? '' : 's'} below it`} will be deleted. This
            cannot be undone.
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}
