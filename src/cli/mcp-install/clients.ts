import { homedir } from 'node:os';
import path from 'node:path';
import { claudeAddCommand } from './claude-command.js';

export const CLIENT_IDS = ['claude-code', 'claude-desktop', 'cursor', 'codex', 'vscode'] as const;
export type ClientId = (typeof CLIENT_IDS)[number];

/** Variable that has the token, for every client. */
export const TOKEN_ENV = 'LOOMCYCLE_MCP_UPSTREAM_TOKEN';
/** Name of the server in the files of the clients. */
export const SERVER_NAME = 'loomcycle';

/** How a client is to reach the server. */
export interface Join {
  /** URL of the server, without a path. */
  readonly url: string;
  /** The client starts a process that hands everything on. */
  readonly stdio: boolean;
  /** The token itself, where it may stand in a file; else its variable is named. */
  readonly token: string | undefined;
  /** Absolute path of the data directory, whose `auth.env` may have the token. */
  readonly dataDir: string;
  /** How this very program is started, for files of one machine. */
  readonly program: readonly string[];
}

export interface Snippet {
  /** Keys that lead to the entry. */
  readonly at: readonly string[];
  readonly entry: Readonly<Record<string, unknown>>;
  /** VS Code: a secret that it asks for. */
  readonly input?: Readonly<Record<string, unknown>> & { readonly id: string };
  /** A line for a shell that does the same. */
  readonly command?: string;
  /** What else has to be done. */
  readonly note?: string;
}

export interface Client {
  readonly title: string;
  readonly format: 'json' | 'jsonc' | 'toml';
  /** Its file: of the project in `cwd`, or of the user. */
  file(cwd: string): string;
  snippet(join: Join): Snippet;
}

const SET_VARIABLE = `set ${TOKEN_ENV} in the environment that the client is started in`;

/** Each client, and the form of its own (as its makers document it). */
export const CLIENTS: Readonly<Record<ClientId, Client>> = {
  'claude-code': {
    title: 'Claude Code',
    format: 'json',
    file: (cwd) => path.join(cwd, '.mcp.json'),
    snippet: (join) => {
      const reference = join.token ?? `\${${TOKEN_ENV}}`;
      const entry = join.stdio
        ? { type: 'stdio', ...shared(join), env: { [TOKEN_ENV]: reference } }
        : { type: 'http', url: endpoint(join), headers: bearer(reference) };
      return { at: ['mcpServers', SERVER_NAME], entry, command: claudeAddCommand(SERVER_NAME, entry), ...noteOf(join) };
    },
  },
  'claude-desktop': {
    title: 'Claude Desktop',
    format: 'json',
    file: desktopFile,
    // It starts processes only, with few variables of its own, and replaces none in its file.
    snippet: (join) => ({
      at: ['mcpServers', SERVER_NAME],
      entry: { ...own(join), env: join.token === undefined ? { LOOMCYCLE_DATA_DIR: join.dataDir } : { [TOKEN_ENV]: join.token } },
      ...(join.token === undefined ? { note: `add a line ${TOKEN_ENV}=<token> to ${path.join(join.dataDir, 'auth.env')}, which the process reads` } : {}),
    }),
  },
  cursor: {
    title: 'Cursor',
    format: 'jsonc',
    file: (cwd) => path.join(cwd, '.cursor', 'mcp.json'),
    snippet: (join) => {
      const reference = join.token ?? `\${env:${TOKEN_ENV}}`;
      const entry = join.stdio ? { type: 'stdio', ...shared(join), env: { [TOKEN_ENV]: reference } } : { url: endpoint(join), headers: bearer(reference) };
      return { at: ['mcpServers', SERVER_NAME], entry, ...noteOf(join) };
    },
  },
  codex: {
    title: 'Codex',
    format: 'toml',
    file: () => path.join(process.env.CODEX_HOME || path.join(homedir(), '.codex'), 'config.toml'),
    snippet: (join) => {
      const { token } = join;
      const entry = join.stdio
        ? { ...own(join), ...(token === undefined ? { env_vars: [TOKEN_ENV] } : { env: { [TOKEN_ENV]: token } }) }
        : { url: endpoint(join), ...(token === undefined ? { bearer_token_env_var: TOKEN_ENV } : { http_headers: bearer(token) }) };
      return { at: ['mcp_servers', SERVER_NAME], entry, ...noteOf(join) };
    },
  },
  vscode: {
    title: 'VS Code',
    format: 'jsonc',
    file: (cwd) => path.join(cwd, '.vscode', 'mcp.json'),
    snippet: (join) => {
      const id = `${SERVER_NAME}-token`;
      const reference = join.token ?? `\${input:${id}}`;
      const entry = join.stdio
        ? { type: 'stdio', ...shared(join), env: { [TOKEN_ENV]: reference } }
        : { type: 'http', url: endpoint(join), headers: bearer(reference) };
      if (join.token !== undefined) return { at: ['servers', SERVER_NAME], entry };
      const input = { type: 'promptString', id, description: 'Token of loomcycle', password: true };
      return { at: ['servers', SERVER_NAME], entry, input, note: 'VS Code asks for the token when it starts the server, and keeps it' };
    },
  },
};

function noteOf({ token }: Join): { note?: string } {
  return token === undefined ? { note: SET_VARIABLE } : {};
}

function endpoint({ url }: Join): string {
  return `${url}/v1/_mcp`;
}

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

/** In a file that a project shares: by name, as each machine has it elsewhere. */
function shared({ url }: Join): { command: string; args: string[] } {
  return { command: 'loomcycle', args: ['mcp', '--upstream', url] };
}

/** In a file of one machine: by its place, since such a client may have another PATH. */
function own({ url, program: [command, ...args] }: Join): { command: string; args: string[] } {
  return { command: command!, args: [...args, 'mcp', '--upstream', url] };
}

function desktopFile(): string {
  const { env, platform } = process;
  const folder =
    platform === 'win32'
      ? env.APPDATA || path.join(homedir(), 'AppData', 'Roaming')
      : platform === 'darwin'
        ? path.join(homedir(), 'Library', 'Application Support')
        : env.XDG_CONFIG_HOME || path.join(homedir(), '.config');
  return path.join(folder, 'Claude', 'claude_desktop_config.json');
}
