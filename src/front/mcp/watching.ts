import { ErrorCode, McpError, type ServerNotification } from '@modelcontextprotocol/sdk/types.js';
import { Refusal } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import { formatAddress, type Address, type Owner } from './addresses.js';
import { changesEveryChunk, changesList, type Change, type DocumentChanges } from './changes.js';
import { mayRead, type Resources } from './resources.js';

/** Resources of one session that are watched at the same time. */
const MAX_WATCHED = 1000;

interface Watched {
  readonly address: Address;
  readonly documentId: string;
}

/** What one session is told of resources: those that it subscribed to, and that documents came or went. */
export class Watching {
  /** By URI. */
  private readonly watched = new Map<string, Watched>();
  /** Ends of the listening, by owner. */
  private readonly owners = new Map<string, Promise<() => void>>();
  private closed = false;

  constructor(
    private readonly changes: DocumentChanges,
    private readonly resources: Resources,
    private readonly notify: (notification: ServerNotification) => void,
  ) {}

  /** Listens for documents that come and go, where the principal may know of any. @returns when it does. */
  async listOf(principal: Principal): Promise<void> {
    const scopes = (['user', 'tenant'] as const).filter((scope) => mayRead(principal, scope));
    // Who may not read the log is not told, and still has the list.
    await Promise.all(scopes.map((scope) => this.listen(principal, { scope }).catch(() => undefined)));
  }

  /** @throws McpError where there is no such resource, or the principal is not told of changes. */
  async subscribe(principal: Principal, uri: string): Promise<void> {
    if (this.watched.has(uri)) return;
    const address = this.resources.addressOf(uri);
    const { kind: _kind, id: _id, ...owner } = address;
    try {
      // Listening first: a change that comes while the resource is looked up is told rather than missed.
      await this.listen(principal, owner);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Without the resource being there for the caller nothing else is said about it.
      await this.resources.documentOf(principal, uri);
      throw new McpError(ErrorCode.InvalidRequest, `changes of ${uri} are not told to you: ${error.message}`, { uri, reason: error.reason });
    }
    const documentId = await this.resources.documentOf(principal, uri);
    if (this.watched.size >= MAX_WATCHED) {
      throw new McpError(ErrorCode.InvalidRequest, `a session watches at most ${MAX_WATCHED} resources: unsubscribe from some`, { uri });
    }
    this.watched.set(uri, { address, documentId });
  }

  unsubscribe(uri: string): void {
    this.watched.delete(uri);
  }

  close(): void {
    this.closed = true;
    for (const listening of this.owners.values()) listening.then((end) => end(), () => undefined);
    this.owners.clear();
  }

  private async listen(principal: Principal, owner: Owner): Promise<void> {
    const name = JSON.stringify([owner.scope, owner.agent]);
    let listening = this.owners.get(name);
    if (!listening) {
      if (this.closed) return;
      listening = this.changes.listen(principal, owner, (changes) => this.tell(owner, changes));
      this.owners.set(name, listening);
      // A refusal may be another one next time: it is not kept.
      listening.catch(() => this.owners.delete(name));
    }
    await listening;
  }

  private tell(owner: Owner, changes: readonly Change[]): void {
    // A resource that a commit changed in several ways has changed once.
    const uris = new Set(changes.flatMap((change) => this.touchedBy(owner, change)));
    for (const uri of uris) this.notify({ method: 'notifications/resources/updated', params: { uri } });
    if (changes.some(changesList) && owner.scope !== 'agent') this.notify({ method: 'notifications/resources/list_changed' });
  }

  private touchedBy({ scope, agent }: Owner, change: Change): string[] {
    const named = (kind: Address['kind'], id: string): string =>
      formatAddress({ scope, ...(agent === undefined ? {} : { agent }), kind, id });
    const uris = [named('documents', change.document_id)];
    if (change.chunk_id !== undefined) uris.push(named('chunks', change.chunk_id));
    if (changesEveryChunk(change)) {
      for (const { address, documentId } of this.watched.values()) {
        if (documentId === change.document_id && address.kind === 'chunks') uris.push(formatAddress(address));
      }
    }
    return uris.filter((uri) => this.watched.has(uri));
  }
}
