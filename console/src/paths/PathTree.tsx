import { useState, type CSSProperties } from 'react';
import { Link } from 'wouter';
import type { PathEntry } from '../api/types.js';
import { DocumentRow } from '../documents/DocumentRow.js';
import { Icon } from '../ui/Icon.js';
import { Menu } from '../ui/Menu.js';
import { readStored, writeStored } from '../ui/storage.js';
import type { PathNode } from './pathTree.js';

/** What the user asks for in a row's menu. */
export type PathAction = 'document' | 'folder' | 'move' | 'remove';

interface PathTreeProps {
  nodes: readonly PathNode[];
  /** Documents whose rows show their statuses. */
  counted: ReadonlySet<string>;
  onAction: (action: PathAction, entry: PathEntry) => void;
}

const CLOSED = 'closed-folders';

/** The names of the scope; directories open and close, and stay so for as long as the tab lives. */
export function PathTree(props: PathTreeProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(
    () => new Set((readStored('sessionStorage', CLOSED) ?? '').split('\n').filter(Boolean)),
  );

  const toggle = (path: string): void => {
    const after = new Set(closed);
    if (!after.delete(path)) after.add(path);
    writeStored('sessionStorage', CLOSED, [...after].join('\n'));
    setClosed(after);
  };

  return <Level {...props} level={0} closed={closed} onToggle={toggle} />;
}

interface LevelProps extends PathTreeProps {
  level: number;
  closed: ReadonlySet<string>;
  onToggle: (path: string) => void;
}

function Level(props: LevelProps) {
  const { nodes, level, closed } = props;
  return (
    <ul className="path-level" style={{ '--level': level } as CSSProperties}>
      {nodes.map((node) => {
        const { full_path: path, kind } = node.entry;
        const open = kind === 'directory' && !closed.has(path);
        return (
          <li key={path}>
            <div className="path-row" data-testid="path-row" data-path={path} data-kind={kind}>
              <Row node={node} open={open} {...props} />
              <RowMenu node={node} onAction={props.onAction} />
            </div>
            {open && node.children.length > 0 && <Level {...props} nodes={node.children} level={level + 1} />}
            {open && node.children.length === 0 && <p className="path-empty">Empty folder</p>}
          </li>
        );
      })}
    </ul>
  );
}

function Row({ node, open, counted, onToggle }: LevelProps & { node: PathNode; open: boolean }) {
  const { entry, document } = node;
  const ref = entry.resource_ref;
  switch (entry.kind) {
    case 'directory':
      return (
        <button type="button" className="path-main" aria-expanded={open} onClick={() => onToggle(entry.full_path)}>
          <span className="twisty" data-open={open} aria-hidden="true">
            <Icon name="chevron" />
          </span>
          <Icon name="folder" className="path-icon" />
          <span className="path-name directory">{entry.name}</span>
        </button>
      );
    case 'document':
      return document ? <DocumentRow document={document} name={entry.name} counted={counted.has(document.document_id)} /> : <Named entry={entry} />;
    case 'chunk':
      return (
        <Link className="path-main" href={`/documents/${ref?.document_id}?chunk=${ref?.chunk_id}`}>
          <Named entry={entry} />
        </Link>
      );
    case 'url':
      return (
        <a className="path-main" href={ref?.url} target="_blank" rel="noopener noreferrer">
          <Named entry={entry} detail={ref?.url} />
        </a>
      );
    default:
      return (
        <span className="path-main">
          <Named entry={entry} detail={ref?.key ?? ref?.channel} />
        </span>
      );
  }
}

const KIND_LABEL = { directory: 'folder', document: 'document', chunk: 'chunk', memory_entry: 'memory', channel: 'channel', url: 'link' } as const;

function Named({ entry, detail }: { entry: PathEntry; detail?: string | undefined }) {
  return (
    <>
      <Icon name="link" className="path-icon other" />
      <span className="path-name">{entry.name}</span>
      <span className="path-detail">{detail}</span>
      <span className="path-kind">{KIND_LABEL[entry.kind]}</span>
    </>
  );
}

function RowMenu({ node, onAction }: { node: PathNode; onAction: PathTreeProps['onAction'] }) {
  const { entry, removable } = node;
  const isDirectory = entry.kind === 'directory';
  return (
    <Menu label={`Actions for ${entry.full_path}`} trigger={<Icon name="more" />}>
      {isDirectory && (
        <>
          <button type="button" role="menuitem" className="menu-item" onClick={() => onAction('document', entry)}>
            <Icon name="plus" /> New document here…
          </button>
          <button type="button" role="menuitem" className="menu-item" onClick={() => onAction('folder', entry)}>
            <Icon name="folder" /> New folder here…
          </button>
        </>
      )}
      <button type="button" role="menuitem" className="menu-item" onClick={() => onAction('move', entry)}>
        <Icon name="indent" /> Move or rename…
      </button>
      {removable && (
        <button type="button" role="menuitem" className="menu-item danger" onClick={() => onAction('remove', entry)}>
          <Icon name="trash" /> {isDirectory ? 'Remove folder…' : 'Remove name…'}
        </button>
      )}
    </Menu>
  );
}
