import type { InvalidField, RevisionConflict } from './types.js';

/** A request that the server answered with a refusal, or could not be answered at all (status 0). */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly reason?: string,
    readonly data?: unknown,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** The conflict that a stale revision met, or undefined for any other error. */
export function revisionConflict(error: unknown): RevisionConflict | undefined {
  return error instanceof ApiError && error.reason === 'revision_conflict'
    ? (error.data as RevisionConflict)
    : undefined;
}

/** The field that validation refused, or undefined for any other error. */
export function invalidField(error: unknown): InvalidField | undefined {
  return error instanceof ApiError && error.reason === 'invalid_field' ? (error.data as InvalidField) : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type UnauthorizedListener = () => void;
const unauthorizedListeners = new Set<UnauthorizedListener>();

/** Calls `listener` whenever a request finds the session gone; returns the unsubscribe function. */
export function onUnauthorized(listener: UnauthorizedListener): () => void {
  unauthorizedListeners.add(listener);
  return () => unauthorizedListeners.delete(listener);
}

const RETRY_DELAYS_MS = [150, 400, 1000, 2000];

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends one request of this origin and returns its JSON (undefined for 204), as `open` does. */
export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await open(path, init);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/**
 * Sends one request of this origin and returns the answer once its head is there.
 * A 503 is repeated with growing pauses: the server promises that it changed nothing.
 *
 * @throws ApiError for every answer that is a refusal
 */
export async function open(path: string, init: RequestInit = {}): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await send(path, init);
    if (response.ok) return response;
    const delay = RETRY_DELAYS_MS[attempt];
    if (response.status === 503 && delay !== undefined) {
      await pause(delay * (0.75 + Math.random() / 2));
      continue;
    }
    const error = await refusal(response);
    if (error.status === 401) for (const listener of unauthorizedListeners) listener();
    throw error;
  }
}

/** Posts `body` as JSON. */
export function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return request<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('The server cannot be reached. Check that loomcycle is running.', 0, 'network');
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as {
    code?: string;
    error?: string;
    reason?: string;
    data?: unknown;
  };
  const message = body.error ?? `The server answered ${response.status}.`;
  return new ApiError(message, response.status, body.code ?? 'http_error', body.reason, body.data);
}
