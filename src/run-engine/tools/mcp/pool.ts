import { hash } from 'node:crypto';
import type { McpServerDefinition } from '../../../definitions/mcp-server-definition.js';
import type { Principal } from '../../../identity/principal.js';
import { McpConnection, type McpSettings } from './connection.js';

interface Kept {
  readonly opening: Promise<McpConnection>;
  readonly name: string;
  uses: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * Connections to MCP servers, one for a user and what that user is to the server: no two users share one, and what
 * a run brings of its own is no other run's.
 */
export class McpPool {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly settings: McpSettings) {}

  /** Works on a connection, which stays open for a while after. A connection that ended is opened anew. */
  async with<Result>(server: McpServerDefinition, headers: Readonly<Record<string, string>>, { tenant, subject }: Principal, work: (connection: McpConnection) => Promise<Result>): Promise<Result> {
    const key = hash('sha256', JSON.stringify([tenant, subject, server, headers]));
    const kept = this.kept.get(key) ?? this.open(key, server, headers);
    clearTimeout(kept.idle);
    kept.uses += 1;
    try {
      return await work(await kept.opening);
    } finally {
      kept.uses -= 1;
      if (kept.uses === 0) kept.idle = setTimeout(() => void this.drop(key, kept), this.settings.idleMs).unref();
    }
  }

  /** The server does not know the connection any more: the next who needs one opens another. */
  forget(server: McpServerDefinition, headers: Readonly<Record<string, string>>, { tenant, subject }: Principal): void {
    const key = hash('sha256', JSON.stringify([tenant, subject, server, headers]));
    const kept = this.kept.get(key);
    if (kept) void this.drop(key, kept);
  }

  /** Lists of tools that connections to servers of this name keep hold no more. */
  relist(name: string): void {
    for (const kept of this.kept.values()) if (kept.name === name) kept.opening.then((connection) => connection.forgetTools(), () => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.kept].map(([key, kept]) => this.drop(key, kept)));
  }

  private open(key: string, server: McpServerDefinition, headers: Readonly<Record<string, string>>): Kept {
    const forget = (): void => {
      if (this.kept.get(key) === kept) this.kept.delete(key);
      clearTimeout(kept.idle);
    };
    const kept: Kept = { name: server.name, opening: McpConnection.open(server, headers, this.settings, forget), uses: 0, idle: undefined };
    this.kept.set(key, kept);
    kept.opening.catch(forget);
    return kept;
  }

  private async drop(key: string, kept: Kept): Promise<void> {
    if (this.kept.get(key) === kept) this.kept.delete(key);
    clearTimeout(kept.idle);
    await kept.opening.then((connection) => connection.close()).catch(() => undefined);
  }
}
