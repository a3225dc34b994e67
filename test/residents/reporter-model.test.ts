import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestServer } from '../support/server.js';
import { Subscriber } from '../support/socket.js';
import { day } from '../walk-through/launch-plan.js';
import { ModelServer } from './model-server.js';

// The reporter with a model behind HTTP: the model writes words, never figures.

interface Chunk {
  id: string;
  revision: number;
  body: string;
  fields?: Record<string, unknown>;
}

let model: ModelServer;
let server: TestServer;
let reader: Subscriber;
let documentId: string;

beforeEach(async () => {
  model = await ModelServer.start();
  server = await TestServer.start({
    config: {
      providers: model.providers,
      agents: {
        reporter: {
          resident: true,
          code: 'reporter',
          principal: 'denn',
          subscribe: [{ scope: 'user', topic: 'documents/*/chunks' }],
          settings: { model: model.choice },
        },
      },
    },
  });
  reader = await Subscriber.open(server);
  await reader.subscribe('all', 'documents/*/chunks');
  ({ document_id: documentId } = await server.document<{ document_id: string }>('create_document', { title: 'Plan' }));
});
afterEach(async () => {
  await reader.close();
  await server.stop();
  await model.stop();
});

function posted(title: string, fields: Record<string, unknown>): Promise<Chunk> {
  return server.document<Chunk>('create_chunk', { document_id: documentId, title, type: 'publication', status: 'posted', fields: { platform: 'x', date: day(0), ...fields } });
}

/** The digest, once the log has its revision. */
async function digestAt(revision: number): Promise<Chunk> {
  const { payload } = await reader.until(() => reader.events.find((event) => event.payload.type === 'digest' && event.payload.revision === revision));
  return server.document<Chunk>('get_chunk', { id: payload.chunk_id });
}

test('the paragraph is the model’s, the figures are counted, and a wrong figure goes back', async () => {
  model.answer = (turn) => ({ text: turn === 0 ? 'Launch day got 400 likes.' : 'Launch day got 40 likes.' });
  await posted('Launch day', { likes: 40, clicks: 7 });
  const digest = await digestAt(1);
  expect(digest.body).toContain('1 shipped, 0 queued, 0 late.\n\nLaunch day got 40 likes.\n\n| platform | posted | all |\n| --- | ---: | ---: |\n| x | 1 | 1 |');
  expect(digest.body).toContain('- likes: 40\n- clicks: 7');
  expect(digest.fields).toMatchObject({ shipped: 1, engagement: { likes: 40, clicks: 7 } });
  expect(model.requests[1]).toContain('The number \\"400\\" does not stand in the figures.');
});

test('a plan that changes while the model writes is counted anew', async () => {
  model.answer = async (turn) => {
    if (turn === 0) await posted('Second day', { likes: 2 });
    return { text: `Launch day got ${turn === 0 ? 'all 40' : '40'} likes.` };
  };
  await posted('Launch day', { likes: 40 });
  const digest = await digestAt(1);
  expect(digest.body).toContain('2 shipped');
  expect(digest.body).toContain('Launch day got 40 likes.');
  expect(digest.body).toContain('- likes: 42');
});

test('a model that fails leaves fixed words, and is not asked again about the same figures', async () => {
  model.answer = () => ({ text: 'Everybody in Atlantis read it.' });
  const { id } = await posted('Launch day', { likes: 40 });
  const digest = await digestAt(1);
  expect(digest.body).toContain('Received best was “Launch day” on x, with 40 likes.');
  expect(model.requests).toHaveLength(3);
  // Of the same figures: the body of a publication is no part of them.
  await server.document('update_chunk', { id, revision: 1, body: 'Words.' });
  await reader.settle();
  const last = reader.events.at(-1)!.seq;
  for (;;) {
    const { body } = await server.get<{ residents: { state: string; cursor: number }[] }>('/v1/_residents');
    if (body.residents[0]!.state === 'idle' && body.residents[0]!.cursor >= last) break;
  }
  expect(model.requests).toHaveLength(3);
});
