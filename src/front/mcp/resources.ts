import { ErrorCode, McpError, type Resource, type ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { Refusal } from '../../errors.js';
import { hasScope, type Principal } from '../../identity/principal.js';
import type { Dispatcher } from '../../operations/dispatcher.js';
import { formatAddress, parseAddress, TEMPLATES, type Address, type Owner, type Template } from './addresses.js';

/** JSON-RPC error of a resource that is not there, or not for the caller: nobody learns which. */
export const RESOURCE_NOT_FOUND = -32002;

export const MARKDOWN = 'text/markdown';
const PAGE = 200;

interface DocumentRow {
  readonly document_id: string;
  readonly title: string;
  readonly path: string;
  readonly chunk_count: number;
  readonly updated_at: number;
}

export interface ChunkRow {
  readonly id: string;
  readonly document_id: string;
  readonly title: string;
  readonly body: string;
  readonly revision: number;
  readonly type?: string;
  readonly status?: string;
  readonly fields?: Record<string, unknown>;
}

/** A resource as it was read. */
export interface Content {
  readonly [more: string]: unknown;
  readonly uri: string;
  readonly mimeType: string;
  readonly text: string;
  readonly _meta: Record<string, unknown>;
}

/** Where a listing goes on. */
const place = z.strictObject({ scope: z.enum(['user', 'tenant']), cursor: z.string().optional() });

/** Documents and chunks as MCP shows them, each read as the principal who asks. */
export class Resources {
  constructor(private readonly dispatcher: Dispatcher) {}

  /** The documents of the principal, then those of its tenant where it may read them. */
  async list(principal: Principal, cursor: string | undefined): Promise<{ resources: Resource[]; nextCursor?: string }> {
    const { scope, cursor: after } = cursor === undefined ? { scope: 'user' as const } : parseCursor(cursor);
    if (!mayRead(principal, scope)) return { resources: [] };
    const input = { op: 'list_documents', scope, limit: PAGE, ...(after === undefined ? {} : { cursor: after }) };
    const page = (await this.call(principal, input)) as { documents: DocumentRow[]; next_cursor?: string };
    const resources = page.documents.map((document) => resourceOf({ scope }, document));
    if (page.next_cursor !== undefined) return { resources, nextCursor: cursorOf({ scope, cursor: page.next_cursor }) };
    const tenantNext = scope === 'user' && mayRead(principal, 'tenant');
    return { resources, ...(tenantNext ? { nextCursor: cursorOf({ scope: 'tenant' }) } : {}) };
  }

  /** @throws McpError -32002 */
  async read(principal: Principal, uri: string): Promise<Content> {
    const { kind, id, ...owner } = this.addressOf(uri);
    try {
      if (kind === 'chunks') return chunkContent(uri, (await this.call(principal, { op: 'get_chunk', ...owner, id })) as ChunkRow);
      const { markdown, title } = (await this.call(principal, { op: 'export_md', ...owner, id })) as { markdown: string; title: string };
      return { uri, mimeType: MARKDOWN, text: markdown, _meta: { title } };
    } catch (error) {
      throw asMcpError(error, uri);
    }
  }

  /** The document that a resource belongs to. @throws McpError -32002 */
  async documentOf(principal: Principal, uri: string): Promise<string> {
    const { kind, id, ...owner } = this.addressOf(uri);
    const op = kind === 'chunks' ? 'get_chunk' : 'get_document';
    try {
      return ((await this.call(principal, { op, ...owner, id })) as { document_id: string }).document_id;
    } catch (error) {
      throw asMcpError(error, uri);
    }
  }

  /** @throws McpError -32002 */
  addressOf(uri: string): Address {
    const address = parseAddress(uri);
    if (!address) throw notFound(uri, 'is no address of a document or chunk: resources/templates/list shows what they look like');
    return address;
  }

  private call(principal: Principal, input: Record<string, unknown>): Promise<unknown> {
    return this.dispatcher.call({ principal, transport: 'mcp', tool: 'document', input });
  }
}

/** The templates of addresses that are of use to a principal. */
export function templatesFor(principal: Principal): ResourceTemplate[] {
  return TEMPLATES.filter(({ scope }) => mayRead(principal, scope)).map(({ uri, scope, kind }) => ({
    uriTemplate: uri,
    name: `${scope}-${kind}`,
    title: `${kind === 'documents' ? 'Document' : 'Chunk'} of ${OWNERS[scope]}`,
    mimeType: MARKDOWN,
  }));
}

const OWNERS: Readonly<Record<Template['scope'], string>> = { user: 'yours', tenant: 'the tenant', agent: 'an agent that acts for you' };

/** Whether a principal may read any documents of such a scope. */
export function mayRead(principal: Principal, scope: Address['scope']): boolean {
  return hasScope(principal, 'documents:read') && (scope !== 'tenant' || hasScope(principal, 'documents:tenant'));
}

function resourceOf(owner: Owner, { document_id: id, title, path, chunk_count: chunks, updated_at: at }: DocumentRow): Resource {
  return {
    uri: formatAddress({ ...owner, kind: 'documents', id }),
    name: path,
    title,
    description: `${chunks} ${chunks === 1 ? 'chunk' : 'chunks'}`,
    mimeType: MARKDOWN,
    annotations: { lastModified: new Date(at / 1e6).toISOString() },
  };
}

function chunkContent(uri: string, { title, body, id: _id, ...rest }: ChunkRow): Content {
  const { document_id, revision, type, status, fields } = rest;
  return {
    uri,
    mimeType: MARKDOWN,
    text: body === '' ? `# ${title}\n` : `# ${title}\n\n${body}\n`,
    _meta: { title, document_id, revision, ...(type === undefined ? {} : { type }), ...(status === undefined ? {} : { status }), ...(fields === undefined ? {} : { fields }) },
  };
}

/** Reasons that say no more than that there is nothing for the caller. */
const NOTHING_THERE = new Set(['not_found', 'forbidden', 'scope_unsupported', 'invalid_input']);

function asMcpError(error: unknown, uri: string): unknown {
  if (!(error instanceof Refusal)) return error;
  if (NOTHING_THERE.has(error.reason)) return notFound(uri, 'is not there, or not for you');
  return new McpError(ErrorCode.InternalError, error.message, { uri, reason: error.reason });
}

function notFound(uri: string, why: string): McpError {
  return new McpError(RESOURCE_NOT_FOUND, `resource ${uri} ${why}`, { uri });
}

function cursorOf(where: z.infer<typeof place>): string {
  return Buffer.from(JSON.stringify(where)).toString('base64url');
}

/** @throws McpError -32602 */
function parseCursor(cursor: string): z.infer<typeof place> {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new McpError(ErrorCode.InvalidParams, 'cursor is none that resources/list gave out: start without it');
  }
}
