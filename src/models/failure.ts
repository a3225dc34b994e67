import { APICallError, EmptyResponseBodyError, InvalidResponseDataError } from '@ai-sdk/provider';
import { z } from 'zod';

/** How an attempt at a turn failed. */
export class ModelFailure extends Error {
  constructor(
    message: string,
    readonly kind: 'rate_limit' | 'server' | 'network' | 'timeout' | 'refused',
    readonly details: { readonly status?: number; readonly retryAfterMs?: number } = {},
  ) {
    super(message);
    this.name = 'ModelFailure';
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.kind !== 'refused';
  }

  /** Whether another provider may take the turn: not where the request itself is at fault. */
  get mayMoveOn(): boolean {
    const { status } = this.details;
    return this.isPassing || status === 401 || status === 403 || status === 404;
  }
}

const MAX_MESSAGE = 300;
/** What providers send as an error in the midst of a stream. */
const STREAM_ERROR = z.object({
  message: z.string(),
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
});
const STREAM_RATE_LIMIT = /rate_?limit|too_many_requests/i;
/** Named by Anthropic and OpenAI; a failing server is what is left. */
const STREAM_REFUSED = /invalid_request|authentication|permission|not_found|billing|context_length|content_policy/i;

/** What a provider's error means. `secrets` are blotted out of its text. */
export function failureOf(error: unknown, now: number, secrets: readonly string[]): ModelFailure {
  if (error instanceof ModelFailure) return error;
  const text = (message: string): string => shown(message, secrets);
  if (APICallError.isInstance(error)) {
    const status = error.statusCode;
    if (status === undefined || (status >= 200 && status < 300)) return new ModelFailure(text(causeText(error)), 'network');
    const details = { status, retryAfterMs: retryAfter(error.responseHeaders ?? {}, now) };
    const message = `${status}: ${text(error.message)}`;
    if (status === 429) return new ModelFailure(message, 'rate_limit', details);
    return new ModelFailure(message, status >= 500 || status === 408 || status === 409 ? 'server' : 'refused', details);
  }
  if (InvalidResponseDataError.isInstance(error) || EmptyResponseBodyError.isInstance(error)) return new ModelFailure(text(error.message), 'server');
  if (error instanceof Error && isOfTheNetwork(error)) return new ModelFailure(text(causeText(error)), 'network');
  const streamed = STREAM_ERROR.safeParse(error);
  if (streamed.success && !(error instanceof Error)) return ofStream(streamed.data, text);
  if (typeof error === 'string') return new ModelFailure(text(error), 'server');
  return new ModelFailure(text(error instanceof Error ? error.message : JSON.stringify(error)), 'refused');
}

function ofStream({ message, type, code }: z.infer<typeof STREAM_ERROR>, text: (message: string) => string): ModelFailure {
  const kinds = `${type ?? ''} ${code ?? ''}`;
  const status = typeof code === 'number' && code >= 400 ? code : undefined;
  if (status === 429 || STREAM_RATE_LIMIT.test(kinds)) return new ModelFailure(text(message), 'rate_limit', { status });
  const refused = STREAM_REFUSED.test(kinds) || (status !== undefined && status < 500);
  return new ModelFailure(text(message), refused ? 'refused' : 'server', { status });
}

/** Connections that are refused, reset or end before the answer does; undici says `fetch failed` and `terminated`. */
function isOfTheNetwork(error: Error): boolean {
  const { code } = (error.cause ?? error) as { code?: unknown };
  return error.message === 'fetch failed' || error.message === 'terminated' || (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_[A-Z_]+)$/.test(code));
}

function causeText(error: Error): string {
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message} (${cause.message})` : error.message;
}

function shown(message: string, secrets: readonly string[]): string {
  const blotted = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), message);
  return blotted.length > MAX_MESSAGE ? `${blotted.slice(0, MAX_MESSAGE)}…` : blotted;
}

/** Milliseconds that the headers ask to wait: seconds or a date (RFC 9110, 10.2.3), or OpenAI's `retry-after-ms`. */
function retryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const ms = Number.parseFloat(headers['retry-after-ms'] ?? '');
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
