import type { TestServer } from '../support/server.js';

/** A chunk as far as these tests look at it. */
export interface Chunk {
  id: string;
  document_id: string;
  title: string;
  body: string;
  revision: number;
  status?: string;
  fields?: Record<string, unknown>;
}

/** The type of the vision's walk-through. */
export async function definePublication(server: TestServer): Promise<void> {
  await server.document('define_type', {
    name: 'publication',
    fields: [
      { name: 'platform', type: 'enum', values: ['mastodon+bluesky', 'x', 'linkedin'] },
      { name: 'date', type: 'date', required: true },
      { name: 'status', type: 'enum', values: ['scheduled', 'drafted', 'approved', 'posted'] },
      { name: 'blog_slug', type: 'string' },
    ],
  });
}

/** A document of its own with one chunk. */
export async function newChunk(server: TestServer, input: Record<string, unknown> = {}): Promise<Chunk> {
  const { document_id } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' });
  return server.document<Chunk>('create_chunk', { document_id, title: 'Launch post', body: 'We ship.', ...input });
}

export function chunkOnServer(server: TestServer, { id }: Pick<Chunk, 'id'>): Promise<Chunk> {
  return server.document<Chunk>('get_chunk', { id });
}
