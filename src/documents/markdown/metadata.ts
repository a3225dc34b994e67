import { createHash } from 'node:crypto';

/** What a `<!-- loom: {JSON} -->` line says about the chunk above it. */
export interface ChunkMetadata {
  id?: string;
  type?: string;
  status?: string;
  fields?: Record<string, unknown>;
  /** Revision of the chunk when the text was written. */
  revision?: number;
  /** Only of the root: when what the text shows last changed, in unix nanoseconds. */
  updated_at?: number;
  /** Only of the preamble, which has no heading to carry it. */
  title?: string;
  /** Depth in the tree (root is 1) where a heading cannot say it: 7 and more. */
  depth?: number;
  /** Token of the line that closes a verbatim body. */
  end?: string;
}

const OPEN = '<!-- loom:';
const CLOSE = '-->';
const CHUNK_ID = /^[0-9a-f]{32}$/;
const CLOSING_LINE = /^<!-- \/loom:([\w-]{1,64}) -->[ \t]*$/;

/** Metadata of a line, or undefined when the line is ordinary text. Unknown or ill-typed keys are ignored. */
export function parseMetadataLine(line: string): ChunkMetadata | undefined {
  if (!line.startsWith(OPEN)) return undefined;
  const text = line.trimEnd();
  if (!text.endsWith(CLOSE)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text.slice(OPEN.length, -CLOSE.length));
  } catch {
    return undefined;
  }
  return isRecord(value) ? readMetadata(value) : undefined;
}

function readMetadata(value: Record<string, unknown>): ChunkMetadata {
  const { id, type, status, fields, revision, updated_at, title, depth, verbatim, end } = value;
  const metadata: ChunkMetadata = {};
  if (typeof id === 'string' && CHUNK_ID.test(id)) metadata.id = id;
  if (typeof type === 'string') metadata.type = type;
  if (typeof status === 'string') metadata.status = status;
  if (isRecord(fields)) metadata.fields = fields;
  if (isCount(revision)) metadata.revision = revision;
  if (typeof updated_at === 'number') metadata.updated_at = updated_at;
  if (typeof title === 'string') metadata.title = title;
  if (isCount(depth) && depth > 6) metadata.depth = depth;
  if (verbatim === true && typeof end === 'string') metadata.end = end;
  return metadata;
}

/** The metadata line, or undefined when there is nothing to say. */
export function formatMetadataLine({ end, ...plain }: ChunkMetadata): string | undefined {
  const value = end === undefined ? plain : { ...plain, verbatim: true, end };
  // `>` occurs in JSON only inside strings; escaped, no value can close the comment.
  const json = JSON.stringify(value).replaceAll('>', '\\u003e');
  return json === '{}' ? undefined : `${OPEN} ${json} ${CLOSE}`;
}

/** A token that does not occur in the body; the same body always gets the same one. */
export function verbatimToken(body: string): string {
  for (let round = 0; ; round++) {
    const token = createHash('sha256').update(`${round}:${body}`).digest('hex').slice(0, 12);
    if (!body.includes(token)) return token;
  }
}

/** The line that ends a verbatim body. */
export function closingLine(token: string): string {
  return `<!-- /loom:${token} -->`;
}

/** Token a closing line names, or undefined when the line is none. */
export function closingToken(line: string): string | undefined {
  return line.startsWith('<!-- /loom:') ? CLOSING_LINE.exec(line)?.[1] : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
