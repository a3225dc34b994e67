/**
 * What went wrong with one exchange:
 *
 *   unreachable   no connection was made
 *   broken        the connection or the answer broke off, or a proxy had no server behind it
 *   busy          the upstream asked to come later
 *   session_lost  the upstream does not know the session any more
 *   refused       an answer that no repeat would change
 */
export type FailureKind = 'unreachable' | 'broken' | 'busy' | 'session_lost' | 'refused';

/** An exchange with the upstream that brought no answer. */
export class UpstreamFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    /** Whether the upstream may have done what it was asked, all the same. */
    readonly mayHaveRun: boolean,
    /** How long the upstream asked to wait. */
    readonly retryAfterMs = 0,
    /** Newest event of a stream that broke off before its answer: by it the upstream goes on. */
    readonly lastEventId?: string,
  ) {
    super(message);
  }
}

/** Codes of errors that come before a byte of the request has left. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What `fetch` or the reading of its body threw. */
export function networkFailure(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const cause = (error as { cause?: unknown }).cause ?? error;
  const code = codeOf(cause);
  const what = code || (cause instanceof Error ? cause.message : String(cause));
  return BEFORE_SENDING.has(code)
    ? new UpstreamFailure('unreachable', `cannot be reached (${what}): check that it runs and that the URL is right`, false)
    : new UpstreamFailure('broken', `broke the connection (${what}): check that it runs and read its log`, true);
}

/** `localhost` is tried at each of its addresses: the error then is one of several. */
function codeOf(cause: unknown): string {
  const { code, errors } = cause as { code?: string; errors?: { code?: string }[] };
  return code ?? errors?.[0]?.code ?? '';
}

/** What an answer says that is none. */
export async function statusFailure(response: Response, hadSession: boolean): Promise<UpstreamFailure> {
  const { status } = response;
  const text = await response.text().catch(() => '');
  const said = `answered ${status}${detailOf(text)}`;
  switch (status) {
    case 401:
    case 403:
      return new UpstreamFailure('refused', `${said}: put a token that may use it into LOOMCYCLE_MCP_UPSTREAM_TOKEN`, false);
    case 404:
      // Our upstream says so also to calls that it was running when it ended the session; then it is no "not found".
      if (hadSession) return new UpstreamFailure('session_lost', said, !/not found/.test(text));
      return new UpstreamFailure('refused', `${said}: check that the URL is that of a loomcycle, without /v1/_mcp`, false);
    case 429:
      return new UpstreamFailure('busy', `${said}: send less, or raise its limits`, false, secondsOf(response) * 1000);
    case 502:
    case 503:
    case 504:
      return new UpstreamFailure('broken', `${said}: check that it runs behind its proxy`, true, secondsOf(response) * 1000);
    default:
      return new UpstreamFailure('refused', said, status >= 500);
  }
}

function secondsOf(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

/** The text of an error body: `{error}` of our routes, or that of JSON-RPC. */
function detailOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: string | { message?: string } };
    const detail = typeof error === 'string' ? error : error?.message;
    return detail ? ` (${detail})` : '';
  } catch {
    return '';
  }
}
