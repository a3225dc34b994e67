import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { SESSION_COOKIE } from '../identity/sessions.js';
import { requireSameOrigin, type Authenticator } from './authenticate.js';
import type { Exchange } from './exchange.js';
import { HttpError } from './http-error.js';
import { parseObject } from './tool-routes.js';

interface Asset {
  type: string;
  body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Files whose name changes with their content. */
const HASHED = /-[\w-]{8}\.\w+$/;

const CSP = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** The web console below `/ui`: its files, and logging in and out. */
export class ConsoleRoutes {
  private readonly files: ReadonlyMap<string, Asset>;

  constructor(
    directory: string,
    private readonly auth: Authenticator,
  ) {
    this.files = readFiles(directory);
  }

  get(exchange: Exchange): void {
    const { path: url } = exchange;
    const asset = this.files.get(url);
    if (asset && url !== '/ui/index.html') {
      const cache = HASHED.test(url) ? 'public, max-age=31536000, immutable' : 'no-cache';
      return exchange.send(200, { 'content-type': asset.type, 'cache-control': cache }, asset.body);
    }
    if (url.startsWith('/ui/assets/')) throw new HttpError(404, 'not_found', `no such file: ${url}`);
    if (url !== '/ui/login' && !this.auth.resolve(exchange, false)) return toLogin(exchange);
    if (url === '/ui' || url === '/ui/') return exchange.send(302, { location: '/ui/paths?scope=user' });
    const page = this.files.get('/ui/index.html');
    if (!page) throw new HttpError(503, 'ui_not_built', 'the console is not built: run npm run build');
    exchange.send(
      200,
      { 'content-type': page.type, 'cache-control': 'no-cache', 'content-security-policy': CSP, 'referrer-policy': 'no-referrer' },
      page.body,
    );
  }

  logIn(exchange: Exchange): void {
    requireSameOrigin(exchange);
    exchange.readBody(4096, (body) => {
      const { token } = parseObject(body.toString('utf8'));
      if (typeof token !== 'string') throw new HttpError(400, 'bad_request', 'the body must be {"token": "…"}');
      this.auth.logIn(token.trim(), exchange, (caller, secret) =>
        exchange.guard(() => {
          if (caller.failure) throw caller.failure;
          if (secret === undefined) {
            throw new HttpError(401, 'unauthorized', 'this token belongs to nobody: take it from auth.env in the data directory');
          }
          exchange.send(204, { 'set-cookie': cookie(exchange, secret) });
        }),
      );
    });
  }

  logOut(exchange: Exchange): void {
    requireSameOrigin(exchange);
    this.auth.logOut(exchange);
    exchange.send(204, { 'set-cookie': `${cookie(exchange, '')}; Max-Age=0` });
  }
}

/** Over TLS the browser sends it nowhere else. */
function cookie({ client }: Exchange, secret: string): string {
  return `${SESSION_COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict${client.secure ? '; Secure' : ''}`;
}

function toLogin(exchange: Exchange): void {
  const target = exchange.query === '' ? exchange.path : `${exchange.path}?${exchange.query}`;
  exchange.send(302, { location: `/ui/login?next=${encodeURIComponent(target)}`, 'cache-control': 'no-store' });
}

/** All files of the built console; they are few and small enough to be kept. */
function readFiles(directory: string): Map<string, Asset> {
  const files = new Map<string, Asset>();
  for (const entry of listFiles(directory)) {
    const url = `/ui/${path.relative(directory, entry).split(path.sep).join('/')}`;
    const type = TYPES[path.extname(entry)] ?? 'application/octet-stream';
    files.set(url, { type, body: readFileSync(entry) });
  }
  return files;
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  } catch {
    // Not built: the page says so when it is asked for.
    return [];
  }
}
