import type { LogEvent } from '../../channels/hub.js';
import type { Selector } from '../../channels/selection.js';
import type { ChannelAccess } from '../../channels/subscriptions.js';
import { Refusal } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Owner } from './addresses.js';

/** What a commit did to a document, as its event tells. */
export interface Change {
  readonly op: string;
  readonly document_id: string;
  readonly chunk_id?: string;
}

/** Gets the changes of one commit together. */
export type Listener = (changes: readonly Change[]) => void;

const SELECTORS: readonly Selector[] = [{ topic: 'documents/*/chunks' }];

/**
 * Tells sessions what commits did to documents. The hub makes one text for all sessions that listen to a
 * scope, and here it is parsed once for all of them.
 */
export class DocumentChanges {
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(private readonly accessFor: (principal: Principal) => Pick<ChannelAccess, 'hub' | 'read'>) {}

  /**
   * Listens to the documents of an owner, as the principal may.
   *
   * @returns the end of the listening. Rejects with a Refusal.
   */
  listen(principal: Principal, owner: Owner, listener: Listener): Promise<() => void> {
    const { hub, read } = this.accessFor(principal);
    return new Promise((resolve, reject) => {
      read(owner, null, SELECTORS, (answer) => {
        if ('error' in answer) return reject(new Refusal(answer.code as Refusal['reason'], answer.error));
        const { key, page } = answer;
        const listeners = this.listeners.get(key) ?? new Set();
        this.listeners.set(key, listeners.add(listener));
        hub.join(key, SELECTORS, page.head, GROUP, (events) => this.deliver(key, events));
        resolve(() => {
          listeners.delete(listener);
          if (listeners.size === 0 && this.listeners.get(key) === listeners) this.listeners.delete(key);
          hub.leave(key, GROUP);
        });
      });
    });
  }

  private deliver(key: string, events: string): void {
    const changes = (JSON.parse(`[${events}]`) as LogEvent[]).map(({ payload }) => payload as unknown as Change);
    for (const listener of this.listeners.get(key) ?? []) listener(changes);
  }
}

const GROUP = 'mcp';

const COMES_OR_GOES = new Set(['create_document', 'rename_document', 'delete_document', 'undelete', 'import_md', 'import_canvas']);

/** Whether it may be that a document came, went, or is called otherwise. */
export function changesList({ op }: Change): boolean {
  return COMES_OR_GOES.has(op);
}

/** Whether a whole document came or went, of which only the root has an event. */
export function changesEveryChunk({ op }: Change): boolean {
  return op === 'delete_document' || op === 'undelete';
}
