import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtFile } from '../../package.js';
import { targetOf } from '../api.js';
import { configEnv, dataDir } from '../environment.js';
import { colours, print, wantsJson } from '../output.js';
import { UsageError } from '../usage-error.js';
import { CLIENT_IDS, CLIENTS, TOKEN_ENV, type Client, type ClientId, type Join, type Snippet } from './clients.js';
import { jsonText, mergeJson } from './json-file.js';
import { mergeToml, tomlText } from './toml-file.js';

export interface InstallOptions {
  /** Without one, all. */
  readonly client?: ClientId | undefined;
  readonly url?: string | undefined;
  readonly stdio?: boolean | undefined;
  readonly write?: boolean | undefined;
  readonly showToken?: boolean | undefined;
}

/**
 * `loomcycle mcp install`: prints what a client needs to join the server, or writes it.
 * @throws UsageError; and where a file cannot be read as the client would read it. Then nothing is written.
 */
export function mcpInstall({ client, url, stdio = false, write = false, showToken = false }: InstallOptions): void {
  if (write && client === undefined) throw new UsageError('--write needs --client: say into whose file');
  const join: Join = {
    url: targetOf({ target: url?.replace(/\/v1\/_mcp\/?$/, '') }).url,
    stdio,
    token: showToken ? tokenOf() : undefined,
    dataDir: dataDir(),
    program: [process.execPath, builtFile('src/cli/main.js')],
  };
  if (write) return writeTo(client!, CLIENTS[client!], join);
  const ids = client === undefined ? CLIENT_IDS : [client];
  const shown = ids.map((id) => describe(id, CLIENTS[id], join));
  if (wantsJson) return print(client === undefined ? shown : shown[0]);
  console.log(shown.map(({ title, file, text, command, note }) => [
    `${colours.bold(title)}: ${file}`,
    '',
    text,
    ...(command === undefined ? [] : ['', 'or by its own command:', '', command]),
    ...(note === undefined ? [] : ['', colours.dim(note)]),
  ].join('\n')).join('\n\n\n'));
}

interface Description {
  readonly client: ClientId;
  readonly title: string;
  readonly file: string;
  readonly text: string;
  readonly command?: string | undefined;
  readonly note?: string | undefined;
}

function describe(id: ClientId, client: Client, join: Join): Description {
  const snippet = client.snippet(join);
  const { command, note } = snippet;
  return { client: id, title: client.title, file: client.file(process.cwd()), text: client.format === 'toml' ? tomlText(snippet) : jsonText(snippet), command, note };
}

function writeTo(id: ClientId, client: Client, join: Join): void {
  const snippet = client.snippet(join);
  const file = client.file(process.cwd());
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const text = merged(file, before, client, snippet);
  const changed = text !== before;
  if (changed) replace(file, text, join.token !== undefined);
  if (wantsJson) return print({ client: id, file, changed, note: snippet.note });
  console.log(changed ? `${client.title}: wrote ${file}` : `${client.title}: ${file} has it already`);
  if (snippet.note !== undefined) console.log(snippet.note);
}

function merged(file: string, before: string, { format }: Client, snippet: Snippet): string {
  try {
    return format === 'toml' ? mergeToml(before, snippet) : mergeJson(before, snippet, format === 'jsonc');
  } catch (error) {
    throw new Error(`${file} cannot be changed: ${(error as Error).message}; nothing was written: mend it, or add by hand what this prints without --write`);
  }
}

/** In one step, so that the client never reads half a file; through a link, to the file that it names. */
function replace(file: string, text: string, secret: boolean): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const real = existsSync(file) ? realpathSync(file) : file;
  const mode = secret ? 0o600 : existsSync(real) ? statSync(real).mode & 0o777 : 0o666;
  const temporary = `${real}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, real);
}

function tokenOf(): string {
  const env = configEnv();
  const token = env[TOKEN_ENV] || env.LOOMCYCLE_AUTH_TOKEN;
  if (token) return token;
  throw new UsageError(`--show-token: there is no token in ${TOKEN_ENV} or LOOMCYCLE_AUTH_TOKEN, nor in auth.env of ${dataDir()}`);
}
