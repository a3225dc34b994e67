import { STATUS_CODES } from 'node:http';
import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { log } from '../log.js';
import type { Caller } from './authenticate.js';
import type { Client } from '../identity/client-address.js';
import { HttpError } from './http-error.js';

/** Longest part of a body that is kept for a handler that has not begun. */
const MAX_HELD = 16 * 1024 * 1024;

interface HeldBody {
  readonly chunks: Buffer[];
  size: number;
  ended: boolean;
  next?: (chunk: ArrayBuffer | Buffer, isLast: boolean) => void;
}

/**
 * One request and its answer. uWebSockets.js forgets the request when the handler returns and the
 * response when the client goes: what is needed later is read here at once, and nothing is written
 * after an abort.
 */
export class Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Address of the other end of the connection, which may be a proxy. */
  readonly peer: string;
  client: Client = { address: '', secure: false };
  caller?: Caller;
  private readonly headers = new Map<string, string>();
  private finished = false;
  private onGone: (() => void)[] | undefined;
  private held: HeldBody | undefined;

  constructor(
    readonly res: HttpResponse,
    req: HttpRequest,
  ) {
    this.method = req.getCaseSensitiveMethod();
    this.path = req.getUrl();
    this.query = req.getQuery() ?? '';
    this.peer = Buffer.from(res.getRemoteAddressAsText()).toString('latin1');
    req.forEach((name, value) => this.headers.set(name, value));
    res.onAborted(() => {
      this.finished = true;
      for (const then of this.onGone ?? []) then();
    });
  }

  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  get gone(): boolean {
    return this.finished;
  }

  whenGone(then: () => void): void {
    (this.onGone ??= []).push(then);
  }

  /** @param then gets the whole body; called once, never when the body is too large (413 is answered) or the client is gone. */
  readBody(limit: number, then: (body: Buffer) => void): void {
    const chunks: Buffer[] = [];
    let size = 0;
    this.onData((chunk, isLast) => {
      if (this.finished) return;
      size += chunk.byteLength;
      if (size > limit) return this.fail(new HttpError(413, 'too_large', `the body is longer than ${limit} bytes`));
      // The chunk is taken back after this call: it is only copied when it has to be kept.
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
      if (!isLast) chunks.push(Buffer.from(bytes));
      else this.guard(() => then(chunks.length === 0 ? bytes : Buffer.concat([...chunks, bytes])));
    });
  }

  /** Keeps what comes of the body until somebody reads it: for a handler that begins later. */
  hold(): void {
    const held: HeldBody = { chunks: [], size: 0, ended: false };
    this.held = held;
    this.res.onData((chunk, isLast) => {
      if (held.next) return held.next(chunk, isLast);
      held.size += chunk.byteLength;
      if (held.size > MAX_HELD) return this.fail(new HttpError(413, 'too_large', `the body is longer than ${MAX_HELD} bytes`));
      // The chunk is taken back after this call.
      held.chunks.push(Buffer.from(new Uint8Array(chunk)));
      held.ended = isLast;
    });
  }

  private onData(next: (chunk: ArrayBuffer | Buffer, isLast: boolean) => void): void {
    const { held } = this;
    if (!held) {
      this.res.onData(next);
      return;
    }
    held.next = next;
    for (const [index, chunk] of held.chunks.entries()) next(chunk, held.ended && index === held.chunks.length - 1);
    held.chunks.length = 0;
  }

  /** Runs a piece of a handler; what it throws becomes the answer. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  json(status: number, body: string, headers: Readonly<Record<string, string>> = {}): void {
    this.send(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }, body);
  }

  send(status: number, headers: Readonly<Record<string, string>>, body: string | Buffer = ''): void {
    if (this.finished) return;
    this.finished = true;
    this.res.cork(() => {
      this.writeHead(status, headers);
      if (this.method === 'HEAD') this.res.endWithoutBody(Buffer.byteLength(body));
      else this.res.end(body);
    });
  }

  /** Begins an answer that goes on; the caller writes and ends it itself. */
  stream(status: number, headers: Readonly<Record<string, string>>, first: string): void {
    if (this.finished) return;
    this.res.cork(() => {
      this.writeHead(status, headers);
      this.res.write(first);
    });
  }

  /** @returns false where the socket did not take all of it: `whenWritable` says when it did. */
  write(text: string): boolean {
    let taken = true;
    if (!this.finished) this.res.cork(() => (taken = this.res.write(text)));
    return taken;
  }

  /** @param then called each time that everything written has been taken, after it had not. */
  whenWritable(then: () => void): void {
    this.res.onWritable(() => {
      if (!this.finished) then();
      return true;
    });
  }

  end(): void {
    if (this.finished) return;
    this.finished = true;
    this.res.cork(() => this.res.end());
  }

  fail(error: unknown): void {
    if (error instanceof HttpError) {
      this.json(error.status, JSON.stringify({ code: error.code, error: error.message, ...(error.data === undefined ? {} : { data: error.data }) }), error.headers);
      return;
    }
    log('error', 'a request handler failed', { path: this.path, error: error instanceof Error ? error.stack : String(error) });
    this.json(500, JSON.stringify({ code: 'internal', error: 'internal server error' }));
  }

  private writeHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.res.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
    this.res.writeHeader('x-content-type-options', 'nosniff');
    for (const [name, value] of Object.entries(headers)) this.res.writeHeader(name, value);
  }
}
