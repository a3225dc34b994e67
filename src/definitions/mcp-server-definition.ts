import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { DEFINITION_NAME, type DefinitionSource } from './kinds.js';

/** A server whose tools agents may have, as `mcp__<server>__<tool>`. */
export interface McpServerDefinition extends McpServerContent {
  readonly name: string;
  readonly description: string;
  readonly source: DefinitionSource;
  readonly def_id?: string | undefined;
  readonly version?: number | undefined;
  readonly content_sha256: string;
  /** The operator lists its host by a pattern and not by its name: it is reached at public addresses alone. */
  readonly public_only?: boolean | undefined;
}

/**
 * What is said of a server. In texts of `headers`, `${run.user_bearer}` and `${run.credentials.<name>}` stand
 * for what the run of a call brings; nothing else in a definition stands for anything.
 */
export interface McpServerContent {
  readonly transport: 'stdio' | 'http';
  readonly command?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Names of its tools that agents may have; undefined for all. */
  readonly allowed_tools?: readonly string[] | undefined;
  readonly description?: string | undefined;
}

const MAX_TEXT = 8192;
const ENTRIES = 64;

/** Headers that belong to the connection, which the client sets itself. */
const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length', 'content-type', 'accept', 'transfer-encoding', 'upgrade', 'mcp-session-id', 'mcp-protocol-version']);

function isUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '';
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return !OF_THE_CONNECTION.has(name.toLowerCase());
  } catch {
    return false;
  }
}

const oneLine = z.string().max(MAX_TEXT).regex(/^[^\r\n\0]*$/, 'has to be one line');

/** The keys of a server, in the configuration and in definitions. */
export const mcpServerShape = {
  transport: z
    .enum(['stdio', 'http', 'streamable-http'])
    .transform((transport) => (transport === 'streamable-http' ? 'http' : transport))
    .describe('`stdio`: a program of this machine; `http` (or `streamable-http`): a server at a URL'),
  command: oneLine.min(1).optional().describe('Of stdio: the program'),
  args: z.array(oneLine).max(256).optional().describe('Of stdio: its arguments'),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable'), oneLine).refine((env) => Object.keys(env).length <= ENTRIES, `at most ${ENTRIES}`).optional().describe('Of stdio: variables of its environment, besides PATH and HOME'),
  url: z.string().max(2048).refine(isUrl, 'must be an http or https URL without user, password and fragment').optional().describe('Of http: where it is'),
  headers: z
    .record(z.string(), oneLine)
    .refine((headers) => Object.keys(headers).length <= ENTRIES, `at most ${ENTRIES}`)
    .refine((headers) => Object.entries(headers).every(([name, value]) => isHeader(name, value)), 'has a header that cannot be sent, or that belongs to the connection')
    .optional()
    .describe('Of http: headers of each request; `${run.user_bearer}` stands for the bearer of who runs the agent'),
  allowed_tools: z.array(z.string().regex(DEFINITION_NAME, 'takes letters, digits, _ and -')).max(512).optional().describe('Its tools that agents may have; all without it'),
  description: z.string().optional().describe('For people'),
};

/** Why the keys do not make up a server: each with its key. */
export function serverProblems(server: Partial<McpServerContent>): { key: keyof McpServerContent; message: string }[] {
  const { transport } = server;
  if (transport === undefined) return [{ key: 'transport', message: 'is missing: stdio or http' }];
  const own = transport === 'stdio' ? 'command' : 'url';
  const others = (transport === 'stdio' ? ['url', 'headers'] : ['command', 'args', 'env']) as (keyof McpServerContent)[];
  return [
    ...(server[own] === undefined ? [{ key: own, message: `is missing: a server over ${transport} has one` } as const] : []),
    ...others.filter((key) => server[key] !== undefined).map((key) => ({ key, message: `a server over ${transport} has none` })),
  ];
}

/** What a definition may say: `serverProblems` tells whether it is a server with what it is a fork of. */
export const mcpServerContent = z.strictObject({ ...mcpServerShape, transport: mcpServerShape.transport.optional() });
