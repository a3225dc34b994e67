import { UsageError } from './usage-error.js';

/** Where a running loomcycle is, and as whom it is asked. */
export interface Target {
  readonly url: string;
  readonly token: string;
}

/** What a server answered with another status than 2xx, or that it could not be reached. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** The body as it came, where one did. */
    readonly body?: unknown,
    /** Of HTTP; absent where there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

export const DEFAULT_URL = 'http://127.0.0.1:8787';
const TIMEOUT_MS = 30_000;

/**
 * `--target`, else LOOMCYCLE_BASE_URL; `--token`, else LOOMCYCLE_AUTH_TOKEN (reference: wire 5), else the token of
 * MCP clients, since the first is a principal of its own to a server that is started in the same shell.
 * @throws UsageError
 */
export function targetOf({ target, token }: { target?: string; token?: string }): Target {
  const { env } = process;
  const url = (target ?? env.LOOMCYCLE_BASE_URL) || DEFAULT_URL;
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) throw new UsageError(`--target must be a URL like ${DEFAULT_URL}, not ${JSON.stringify(url)}`);
  return { url: url.replace(/\/+$/, ''), token: (token ?? env.LOOMCYCLE_AUTH_TOKEN) || env.LOOMCYCLE_MCP_UPSTREAM_TOKEN || '' };
}

/** Sends a request and returns its JSON. @throws ApiError */
export async function request({ url, token }: Target, method: 'GET' | 'POST', route: string, body?: unknown): Promise<unknown> {
  let response: Response;
  let text: string;
  const late = new AbortController();
  // A timer that keeps the process, as that of AbortSignal.timeout does not: of a connection that ends before its request, fetch may hear nothing.
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  try {
    response = await fetch(url + route, {
      method,
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      signal: late.signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    throw new ApiError(`${url} cannot be reached: ${cause?.message || message}; start it, or name another with --target`);
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw refused(response, text);
  return parsed(text);
}

/** What an answer with another status than 2xx says. */
export function refused({ status, statusText }: Response, text: string): ApiError {
  const answer = parsed(text);
  const said = (answer as { error?: unknown } | null)?.error;
  const why = typeof said === 'string' ? said : text || statusText;
  const hint = status === 401 ? '; give the token with --token or in LOOMCYCLE_AUTH_TOKEN' : '';
  return new ApiError(`${status}: ${why}${hint}`, answer, status);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
