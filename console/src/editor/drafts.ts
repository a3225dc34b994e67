import { useSyncExternalStore } from 'react';
import type { Chunk } from '../api/types.js';
import { readStored, writeStored } from '../ui/storage.js';
import { differingParts, rebase, valuesOf, type Values } from './values.js';

/** Unsaved edits of one chunk: what they began from, and what they have come to. */
export interface Draft {
  readonly base: Chunk;
  readonly values: Values;
}

const STORAGE_KEY = 'loomcycle.drafts';
const PERSIST_AFTER_MS = 400;

/**
 * Unsaved edits of every chunk, so that going to another chunk, logging in again or
 * reloading the page loses none. A chunk without edits has no draft.
 */
class DraftStore {
  private readonly drafts = new Map<string, Draft>(storedDrafts());
  private readonly listeners = new Set<() => void>();
  private persistTimer: number | undefined;

  constructor() {
    window.addEventListener('pagehide', () => this.persist());
  }

  get = (chunkId: string): Draft | undefined => this.drafts.get(chunkId);

  hasAny = (): boolean => this.drafts.size > 0;

  /** Sets what the edits of `base` have come to; edits that come back to it end the draft. */
  put(base: Chunk, values: Values): void {
    if (differingParts(valuesOf(base), values).length === 0) this.drafts.delete(base.id);
    else this.drafts.set(base.id, { base, values });
    this.changed();
  }

  /** Carries edits made since the draft was `sent` over to `saved`, which the save returned. */
  settle(saved: Chunk, sent: Values): void {
    const draft = this.drafts.get(saved.id);
    if (!draft) return;
    this.put(saved, rebase(sent, draft.values, valuesOf(saved)));
  }

  discard(chunkId: string): void {
    if (this.drafts.delete(chunkId)) this.changed();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private changed(): void {
    window.clearTimeout(this.persistTimer);
    this.persistTimer = window.setTimeout(() => this.persist(), PERSIST_AFTER_MS);
    for (const listener of this.listeners) listener();
  }

  private persist(): void {
    writeStored('sessionStorage', STORAGE_KEY, JSON.stringify([...this.drafts]));
  }
}

const storedDrafts = (): [string, Draft][] =>
  JSON.parse(readStored('sessionStorage', STORAGE_KEY) ?? '[]') as [string, Draft][];

export const drafts = new DraftStore();

export const useDraft = (chunkId: string): Draft | undefined =>
  useSyncExternalStore(drafts.subscribe, () => drafts.get(chunkId));
