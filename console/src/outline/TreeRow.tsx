import { memo, type CSSProperties } from 'react';
import type { ChunkSummary } from '../api/types.js';
import { dateOf, isLate } from '../board/schedule.js';
import { useDraft } from '../editor/drafts.js';
import { useChange } from '../live/changes.js';
import { Flash } from '../ui/Flash.js';
import { Icon } from '../ui/Icon.js';
import { StatusPill } from '../ui/StatusPill.js';
import { shortDate, today } from '../ui/time.js';
import { ChangedBy } from './ChangedBy.js';

interface TreeRowProps {
  chunk: ChunkSummary;
  /** 1 for the root. */
  level: number;
  isParent: boolean;
  open: boolean;
  selected: boolean;
  tabStop: boolean;
  onSelect: (chunkId: string) => void;
  onToggle: (chunkId: string, open: boolean) => void;
  onFocus: (chunkId: string) => void;
}

/** Rendered anew only when something of its own chunk changes, so that a long outline stays quick. */
export const TreeRow = memo(function TreeRow(props: TreeRowProps) {
  const { chunk, level, isParent, open, selected, tabStop, onSelect, onToggle, onFocus } = props;
  const change = useChange(chunk.id);
  const unsaved = useDraft(chunk.id) !== undefined;
  const date = dateOf(chunk);
  const platform = chunk.fields?.platform;
  const detailed = Boolean(chunk.status || chunk.type);
  return (
    <div
      role="treeitem"
      className="tree-row"
      style={{ '--level': level - 1 } as CSSProperties}
      tabIndex={tabStop ? 0 : -1}
      aria-level={level}
      aria-expanded={isParent ? open : undefined}
      aria-selected={selected}
      data-testid="tree-node"
      data-chunk-id={chunk.id}
      data-status={chunk.status ?? ''}
      data-revision={chunk.revision}
      onClick={() => onSelect(chunk.id)}
      onFocus={() => onFocus(chunk.id)}
    >
      <Flash change={change} />
      <span
        className="twisty"
        data-open={open}
        data-leaf={!isParent}
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          onToggle(chunk.id, !open);
        }}
      >
        <Icon name="chevron" />
      </span>
      <span className="tree-row-main">
        <span className="tree-row-line">
          <span className="tree-row-title" data-heading={isParent}>
            {chunk.title || 'Untitled'}
          </span>
          {unsaved && <span className="unsaved-dot" role="img" aria-label="Unsaved edits" title="Unsaved edits" />}
          {!detailed && <ChangedBy change={change} />}
        </span>
        {detailed && (
          <span className="tree-row-line detail">
            {chunk.status && <StatusPill status={chunk.status} />}
            <span className="tree-row-type">{typeof platform === 'string' ? platform : chunk.type}</span>
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
});
