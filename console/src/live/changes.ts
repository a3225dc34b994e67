import { useSyncExternalStore } from 'react';
import type { ChunkEvent } from './protocol.js';

/** The latest change of one chunk by somebody other than this window. */
export interface Change {
  readonly op: string;
  readonly documentId: string;
  readonly chunkId: string;
  readonly revision: number;
  /** The agent's name where one acted, else the principal's. */
  readonly by: string;
  readonly isAgent: boolean;
  /** Unix milliseconds of its arrival here. */
  readonly at: number;
}

const KEPT_PER_DOCUMENT = 30;

/** Remembers who changed what, for highlights and the activity list. */
class ChangeLog {
  private readonly byChunk = new Map<string, Change>();
  private readonly byDocument = new Map<string, readonly Change[]>();
  private readonly own = new Set<string>();
  private readonly ownDocuments = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private notifying = false;

  record(events: readonly ChunkEvent[]): void {
    const at = Date.now();
    for (const event of events) {
      if (!event.chunk_id) continue;
      if (MAKES_DOCUMENT.has(event.op) && this.ownDocuments.has(event.document_id)) continue;
      const revision = event.revision ?? 0;
      if (this.own.delete(mark(event.op, event.chunk_id, revision))) continue;
      if (this.own.delete(mark(event.op, event.chunk_id))) continue;
      this.add({
        op: event.op,
        documentId: event.document_id,
        chunkId: event.chunk_id,
        revision,
        by: event.agent ?? event.actor,
        isAgent: Boolean(event.agent),
        at,
      });
    }
    this.notify();
  }

  /** Marks a write of this window, whose event is no news here, whether it came already or is to come. */
  markOwn(op: string, chunkId: string, revision: number): void {
    const known = this.byChunk.get(chunkId);
    if (known?.op !== op || known.revision !== revision) {
      this.own.add(mark(op, chunkId, revision));
      return;
    }
    this.byChunk.delete(chunkId);
    const log = this.byDocument.get(known.documentId) ?? [];
    this.byDocument.set(known.documentId, log.filter((change) => change !== known));
    this.notify();
  }

  /** Marks a write about to be sent whose answer will not name its revision; returns how to take that back. */
  expectOwn(op: string, chunkId: string): () => void {
    this.own.add(mark(op, chunkId));
    return () => this.own.delete(mark(op, chunkId));
  }

  /** Marks a document that this window made or imported: the events of its making are no news here. */
  markOwnDocument(documentId: string): void {
    this.ownDocuments.add(documentId);
    const made = this.ofDocument(documentId).filter(({ op }) => MAKES_DOCUMENT.has(op));
    if (made.length === 0) return;
    for (const [chunkId, change] of this.byChunk) {
      if (change.documentId === documentId && MAKES_DOCUMENT.has(change.op)) this.byChunk.delete(chunkId);
    }
    this.byDocument.set(documentId, this.ofDocument(documentId).filter((change) => !made.includes(change)));
    this.notify();
  }

  ofChunk = (chunkId: string): Change | undefined => this.byChunk.get(chunkId);
  ofDocument = (documentId: string): readonly Change[] => this.byDocument.get(documentId) ?? NONE;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private add(change: Change): void {
    this.byChunk.set(change.chunkId, change);
    const log = this.byDocument.get(change.documentId) ?? NONE;
    this.byDocument.set(change.documentId, [change, ...log].slice(0, KEPT_PER_DOCUMENT));
  }

  /** Once per animation frame, however many events came. */
  private notify(): void {
    if (this.notifying) return;
    this.notifying = true;
    requestAnimationFrame(() => {
      this.notifying = false;
      for (const listener of this.listeners) listener();
    });
  }
}

const NONE: readonly Change[] = [];
const MAKES_DOCUMENT = new Set(['create_document', 'import_md']);
const mark = (op: string, chunkId: string, revision?: number): string => `${op} ${chunkId} ${revision ?? 'any'}`;

export const changeLog = new ChangeLog();

export const useChange = (chunkId: string): Change | undefined =>
  useSyncExternalStore(changeLog.subscribe, () => changeLog.ofChunk(chunkId));

export const useActivity = (documentId: string): readonly Change[] =>
  useSyncExternalStore(changeLog.subscribe, () => changeLog.ofDocument(documentId));
