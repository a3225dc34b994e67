import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Icon } from '../ui/Icon.js';
import { matchingNodes, visibleNodes, type Direction, type Tree, type TreeNode } from './tree.js';
import { TreeRow } from './TreeRow.js';

interface TreePanelProps {
  tree: Tree;
  selectedId: string | undefined;
  onSelect: (chunkId: string) => void;
  onAddChild: (parentId: string) => Promise<void>;
  onMove: (node: TreeNode, direction: Direction) => Promise<void>;
}

const MOVES: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowRight: 'indent',
  ArrowLeft: 'outdent',
};

/** The document's hierarchy: arrow keys walk it, Enter opens a chunk, Alt and arrow keys move one. */
export function TreePanel({ tree, selectedId, onSelect, onAddChild, onMove }: TreePanelProps) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState('');
  const [focusedId, setFocusedId] = useState<string>();
  const panel = useRef<HTMLDivElement>(null);
  const needle = useDeferredValue(filter);
  const nodes = useMemo(
    () => (needle.trim() ? matchingNodes(tree.root, needle) : visibleNodes(tree.root, collapsed)),
    [tree, collapsed, needle],
  );
  const shown = (id: string | undefined): boolean => nodes.some(({ chunk }) => chunk.id === id);
  const tabStop = shown(focusedId) ? focusedId : shown(selectedId) ? selectedId : nodes[0]?.chunk.id;

  useEffect(() => {
    if (selectedId) rowOf(panel.current, selectedId)?.scrollIntoView({ block: 'nearest' });
  }, [selectedId]);

  const setOpen = useCallback((chunkId: string, open: boolean): void => {
    setCollapsed((before) => {
      const after = new Set(before);
      if (open) after.delete(chunkId);
      else after.add(chunkId);
      return after;
    });
  }, []);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const index = nodes.findIndex(({ chunk }) => chunk.id === tabStop);
    const node = nodes[index];
    if (!node || event.ctrlKey || event.metaKey) return;
    const move = event.altKey ? MOVES[event.key] : undefined;
    if (move) {
      event.preventDefault();
      void onMove(node, move);
      return;
    }
    const go = (target: TreeNode | undefined): void => target && rowOf(panel.current, target.chunk.id)?.focus();
    const isOpen = !collapsed.has(node.chunk.id);
    switch (event.key) {
      case 'ArrowDown':
        go(nodes[index + 1]);
        break;
      case 'ArrowUp':
        go(nodes[index - 1]);
        break;
      case 'Home':
        go(nodes[0]);
        break;
      case 'End':
        go(nodes.at(-1));
        break;
      case 'ArrowRight':
        if (node.children.length > 0 && !isOpen) setOpen(node.chunk.id, true);
        else go(node.children[0]);
        break;
      case 'ArrowLeft':
        if (node.children.length > 0 && isOpen) setOpen(node.chunk.id, false);
        else go(node.parent);
        break;
      case 'Enter':
      case ' ':
        onSelect(node.chunk.id);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <aside className="tree-panel" aria-label="Outline">
      <div className="tree-tools">
        <label className="search">
          <Icon name="search" />
          <input
            type="search"
            placeholder="Filter chunks"
            aria-label="Filter chunks"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        </label>
        {tree.root && (
          <button
            type="button"
            className="icon-button"
            aria-label="Add chunk to the document"
            title="Add chunk to the document"
            onClick={() => void onAddChild(tree.root?.chunk.id ?? '')}
          >
            <Icon name="plus" />
          </button>
        )}
      </div>
      <div ref={panel} className="tree" role="tree" aria-label="Chunks" onKeyDown={onKeyDown}>
        {nodes.map((node) => (
          <TreeRow
            key={node.chunk.id}
            chunk={node.chunk}
            level={node.level}
            isParent={node.children.length > 0}
            open={needle.trim() !== '' || !collapsed.has(node.chunk.id)}
            selected={node.chunk.id === selectedId}
            tabStop={node.chunk.id === tabStop}
            onSelect={onSelect}
            onToggle={setOpen}
            onFocus={setFocusedId}
          />
        ))}
        {nodes.length === 0 && <p className="tree-empty">No chunk matches “{needle.trim()}”.</p>}
      </div>
    </aside>
  );
}

function rowOf(tree: HTMLElement | null, chunkId: string): HTMLElement | null | undefined {
  return tree?.querySelector<HTMLElement>(`[data-chunk-id="${CSS.escape(chunkId)}"]`);
}
