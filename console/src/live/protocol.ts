/** Messages of `GET /v1/_channels/ws`. */

export interface ChunkEvent {
  readonly op: string;
  readonly document_id: string;
  readonly chunk_id?: string | null;
  readonly revision?: number | null;
  readonly type?: string | null;
  readonly status?: string | null;
  readonly previous_status?: string | null;
  readonly actor: string;
  /** The resident agent that acted for the actor. */
  readonly agent?: string | null;
}

/** Payload of the topic run-states. */
export interface RunStateEvent {
  readonly run_id: string;
  readonly session_id: string;
}

export interface ChannelEvent {
  readonly topic: string;
  readonly seq: number;
  /** A ChunkEvent or RunStateEvent, by the topic. */
  readonly payload: unknown;
}

export type ServerMessage =
  | { readonly type: 'subscribed'; readonly id: string; readonly seq: number }
  | { readonly type: 'events'; readonly scope: string; readonly events: readonly ChannelEvent[] }
  /** Some of what was asked for is no longer kept. */
  | { readonly type: 'reset'; readonly id: string; readonly oldest_seq: number }
  /** This connection took less than came: its subscriptions of the scope ended at that seq. */
  | { readonly type: 'resync'; readonly scope: string; readonly after: number }
  | { readonly type: 'pong' }
  | { readonly type: 'error'; readonly id?: string; readonly code: string; readonly error: string };

/** The message in a text frame, or undefined when it is none that this console knows. */
export function parseMessage(data: unknown): ServerMessage | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const message = JSON.parse(data) as { type?: unknown };
    switch (message.type) {
      case 'subscribed':
      case 'events':
      case 'reset':
      case 'resync':
      case 'pong':
      case 'error':
        return message as ServerMessage;
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
