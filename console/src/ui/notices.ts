import { useSyncExternalStore } from 'react';

export interface NoticeInput {
  readonly text: string;
  readonly tone?: 'info' | 'error';
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface Notice extends NoticeInput {
  readonly id: number;
}

const SHOWN_MS = 7000;
const SHOWN_MAX = 3;

let notices: readonly Notice[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

/** Shows a short message; errors and offers stay twice as long. */
export function notify(input: NoticeInput): void {
  const notice: Notice = { ...input, id: nextId };
  nextId += 1;
  set([...notices, notice].slice(-SHOWN_MAX));
  const lasts = input.tone === 'error' || input.action ? SHOWN_MS * 2 : SHOWN_MS;
  setTimeout(() => dismiss(notice.id), lasts);
}

export function dismiss(id: number): void {
  set(notices.filter((notice) => notice.id !== id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useNotices = (): readonly Notice[] => useSyncExternalStore(subscribe, () => notices);
