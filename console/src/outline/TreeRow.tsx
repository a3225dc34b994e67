import type { CSSProperties } from 'react';
import { dateOf, isLate } from '../board/schedule.js';
import { useDraft } from '../editor/drafts.js';
import { useChange } from '../live/changes.js';
import { Icon } from '../ui/Icon.js';
import { StatusPill } from '../ui/StatusPill.js';
import { shortDate, today } from '../ui/time.js';
import { ChangedBy } from './ChangedBy.js';
import type { TreeNode } from './tree.js';

interface TreeRowProps {
  node: TreeNode;
  open: boolean;
  selected: boolean;
  tabStop: boolean;
  onSelect: (chunkId: string) => void;
  onToggle: (node: TreeNode, open: boolean) => void;
  onFocus: (chunkId: string) => void;
}

export function TreeRow({ node, open, selected, tabStop, onSelect, onToggle, onFocus }: TreeRowProps) {
  const { chunk, children, level } = node;
  const change = useChange(chunk.id);
  const unsaved = useDraft(chunk.id) !== undefined;
  const date = dateOf(chunk);
  const detailed = Boolean(chunk.status || chunk.type);
  return (
    <div
      role="treeitem"
      className="tree-row"
      style={{ '--level': level - 1 } as CSSProperties}
      tabIndex={tabStop ? 0 : -1}
      aria-level={level}
      aria-expanded={children.length > 0 ? open : undefined}
      aria-selected={selected}
      data-testid="tree-node"
      data-chunk-id={chunk.id}
      data-status={chunk.status ?? ''}
      data-revision={chunk.revision}
      onClick={() => onSelect(chunk.id)}
      onFocus={() => onFocus(chunk.id)}
    >
      {change && <span key={`${change.revision}-${change.at}`} className="flash" aria-hidden="true" />}
      <span
        className="twisty"
        data-open={open}
        data-leaf={children.length === 0}
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          onToggle(node, !open);
        }}
      >
        <Icon name="chevron" />
      </span>
      <span className="tree-row-main">
        <span className="tree-row-line">
          <span className="tree-row-title" data-heading={children.length > 0}>
            {chunk.title || 'Untitled'}
          </span>
          {unsaved && <span className="unsaved-dot" role="img" aria-label="Unsaved edits" title="Unsaved edits" />}
          {!detailed && <ChangedBy change={change} />}
        </span>
        {detailed && (
          <span className="tree-row-line detail">
            {chunk.status && <StatusPill status={chunk.status} />}
            <span className="tree-row-type">
              {[chunk.type, chunk.fields?.platform].filter((part) => typeof part === 'string').join(' · ')}
            </span>
            {date && (
              <span className="due" data-late={isLate(chunk, today())}>
                {shortDate(date)}
              </span>
            )}
            <ChangedBy change={change} />
          </span>
        )}
      </span>
    </div>
  );
}
