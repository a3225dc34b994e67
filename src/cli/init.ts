import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { appendSecrets, authFileOf, parseEnv } from '../config/auth-env.js';
import { shownFile } from '../config/error.js';
import { mintToken } from '../identity/token-format.js';
import { PACKAGE_ROOT } from '../package.js';
import { dataDir } from './environment.js';
import { TOKEN_ENV } from './mcp-install/clients.js';
import { colours, print, wantsJson } from './output.js';
import { UsageError } from './usage-error.js';

export interface InitOptions {
  /** Where the file goes; default `loomcycle.yaml` here. */
  readonly path?: string | undefined;
  /** Name and subject of the principal that the file declares. */
  readonly principal: string;
  readonly force?: boolean | undefined;
  readonly withToken?: boolean | undefined;
}

/**
 * `loomcycle init`: writes a configuration to begin with and, where asked for, a token.
 * @throws where the file is there, and UsageError for a name that no principal can have. Nothing is written then.
 */
export function init({ path: named = 'loomcycle.yaml', principal, force = false, withToken = false }: InitOptions): void {
  if (!/^[a-z][a-z0-9_-]{0,31}$/.test(principal)) {
    throw new UsageError(`--principal must begin with a letter a-z and have letters a-z, digits, _ and - only, not ${JSON.stringify(principal)}`);
  }
  const file = path.resolve(named);
  if (existsSync(file) && !force) throw new Error(`${shownFile(file)} is there already: name another with --path, or replace it with --force`);
  const variable = `LOOMCYCLE_TOKEN_${principal.toUpperCase().replaceAll('-', '_')}`;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, starter({ principal, variable, schema: schemaFrom(path.dirname(file)) }));
  const token = withToken ? mintInto(authFileOf(dataDir()), variable) : undefined;

  if (wantsJson) return print({ file, data_dir: dataDir(), principal, token_env: variable, auth_file: token?.file, minted: token?.minted });
  console.log(`wrote ${shownFile(file)}`);
  if (token) console.log(token.minted ? `wrote ${shownFile(token.file)}: the token in ${variable}, and for MCP clients in ${TOKEN_ENV}` : `${shownFile(token.file)} has ${variable} already: it stays`);
  console.log(`data will be in ${shownFile(dataDir())}; LOOMCYCLE_DATA_DIR names another folder`);
  const start = file === path.resolve('loomcycle.yaml') ? 'loomcycle' : `loomcycle --config ${shownFile(file)}`;
  console.log(`next: ${colours.bold('loomcycle doctor')}, then ${colours.bold(start)}${token ? '' : ', which makes a token'}`);
}

/** One bearer for the console and for MCP clients, so that both are the same principal. */
function mintInto(file: string, variable: string): { file: string; minted: boolean } {
  const known = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : new Map<string, string>();
  if (known.get(variable)) return { file, minted: false };
  const token = mintToken();
  appendSecrets(file, { [variable]: token, ...(known.get(TOKEN_ENV) ? {} : { [TOKEN_ENV]: token }) });
  return { file, minted: true };
}

/** The schema of this package: relative where the package lies below the folder, so that the project can be moved. */
function schemaFrom(folder: string): string {
  const schema = path.join(PACKAGE_ROOT, 'loomcycle.schema.json');
  const relative = path.relative(folder, schema).split(path.sep).join('/');
  return relative.startsWith('..') || path.isAbsolute(relative) ? pathToFileURL(schema).href : `./${relative}`;
}

function starter({ principal, variable, schema }: { principal: string; variable: string; schema: string }): string {
  return `# yaml-language-server: $schema=${schema}
# Configuration of loomcycle. \`loomcycle validate\` checks it, \`loomcycle\` runs on it.
# Data goes to ./data, or to the folder in LOOMCYCLE_DATA_DIR. Secrets stand in data/auth.env, never here.

# Who may come in. Each has the documents of its subject; two of one subject share them.
principals:
  ${principal}:
    tenant: "" # the shared tenant
    subject: ${principal}
    scopes: [substrate:admin] # everything; for less, like [documents:read], see the documentation
    token_env: ${variable} # variable of the secret, in the environment or in data/auth.env

# Bundles bring agents; \`loomcycle bundle list\` shows them. Start with one by
#   loomcycle --bundle weekly-reporter --config loomcycle.yaml
# or list its file here, so that it lies below this one:
# include:
#   - bundles/weekly-reporter/loomcycle.yaml

# Channels carry messages between programs and agents:
# channels:
#   jobs: { scope: user, visibility_timeout: 2m, max_deliveries: 3 }

storage:
  synchronous: FULL # an acknowledged write is on disk
  workers: 2 # threads that own files
`;
}
