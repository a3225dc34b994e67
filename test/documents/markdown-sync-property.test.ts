import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseMarkdown, renderMarkdown, type MarkdownChunk } from '../../src/documents/markdown/index.js';
import { DirectScope } from '../support/direct-scope.js';

// A random document, a random edit of its export, a sync: the export is then the edited text, and what was
// written is what differs, no more.

let scope: DirectScope;
beforeAll(() => {
  scope = new DirectScope();
});
afterAll(() => scope.close());

interface Synced {
  document_id: string;
  chunks_created: number;
  chunks_updated: number;
  chunks_moved: number;
  chunks_deleted: number;
  chunks_unchanged: number;
}

const content = fc.record({
  title: fc.constantFrom('One', 'Two', 'Three'),
  body: fc.constantFrom('', 'text', 'more\n\ntext', '# heading', '```\n# code'),
  type: fc.option(fc.constantFrom('task', 'note'), { nil: undefined }),
  status: fc.option(fc.constantFrom('open', 'done'), { nil: undefined }),
  fields: fc.option(fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom(1, 'x', [true]), { minKeys: 1 }), { nil: undefined }),
});

const { tree } = fc.letrec<{ tree: MarkdownChunk }>((tie) => ({
  tree: fc.tuple(content, fc.oneof({ depthSize: 'small' }, fc.constant<MarkdownChunk[]>([]), fc.array(tie('tree'), { maxLength: 5 }))).map(
    ([own, children]) => ({ ...own, children }),
  ),
}));

/** An edit names its chunks by number, counted in reading order and round and round. */
const edit = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), at: fc.nat(), content }),
  fc.record({ kind: fc.constant('move' as const), at: fc.nat(), to: fc.nat(), place: fc.nat(5) }),
  fc.record({ kind: fc.constant('add' as const), at: fc.nat(), place: fc.nat(5), content }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }),
);

type Edit = typeof edit extends fc.Arbitrary<infer Kind> ? Kind : never;

function inOrder(chunk: MarkdownChunk): MarkdownChunk[] {
  return [chunk, ...chunk.children.flatMap(inOrder)];
}

function apply(root: MarkdownChunk, step: Edit): void {
  const all = inOrder(root);
  const chunk = all[step.at % all.length]!;
  const parentOf = (child: MarkdownChunk): MarkdownChunk | undefined => all.find(({ children }) => children.includes(child));
  const insert = (parent: MarkdownChunk, child: MarkdownChunk, place: number): void => {
    parent.children.splice(place % (parent.children.length + 1), 0, child);
  };
  const takeOut = (child: MarkdownChunk): void => {
    const siblings = parentOf(child)!.children;
    siblings.splice(siblings.indexOf(child), 1);
  };
  if (step.kind === 'change') Object.assign(chunk, step.content);
  else if (step.kind === 'add') insert(chunk, { ...step.content, children: [] }, step.place);
  else if (chunk === root) return;
  else if (step.kind === 'remove') takeOut(chunk);
  else {
    const parent = all[step.to % all.length]!;
    if (inOrder(chunk).includes(parent)) return;
    takeOut(chunk);
    insert(parent, chunk, step.place);
  }
}

const exported = (document_id: string): string => scope.document<{ markdown: string }>('export_md', { document_id }).markdown;
const withoutIds = (text: string): string => text.replace(/^<!-- loom: (\{.*\}) -->\n/gm, (_, json: string) => {
  const { id: _id, revision: _revision, updated_at: _updated, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const { fields = {}, ...said } = rest as { fields?: Record<string, unknown> };
  const line = JSON.stringify([said, Object.entries(fields).sort()]);
  return line === '[{},[]]' ? '' : `${line}\n`;
});

const state = (): { revisions: number; audits: number; events: number } => ({
  revisions: scope.db.get<{ n: number }>('SELECT count(*) AS n FROM loom_revisions')!.n,
  audits: scope.db.get<{ n: number }>('SELECT count(*) AS n FROM loom_audit')!.n,
  events: scope.db.get<{ n: number }>('SELECT count(*) AS n FROM loom_channel_log')!.n,
});

/** Every move that some order needs: of all siblings that stay, those outside of the longest run that is in order already. */
function fewestMoves(before: MarkdownChunk, after: MarkdownChunk): number {
  const place = new Map(inOrder(before).flatMap((parent) => parent.children.map((child, index) => [child.id, { parent: parent.id, index }])));
  let moves = 0;
  for (const parent of inOrder(after)) {
    const known = parent.children.filter(({ id }) => id !== undefined).map(({ id }) => place.get(id)!);
    const here = known.filter((each) => each.parent === parent.id && parent.id !== undefined).map(({ index }) => index);
    const runs = here.map(() => 1);
    here.forEach((value, at) => {
      for (let left = 0; left < at; left++) if (here[left]! < value) runs[at] = Math.max(runs[at]!, runs[left]! + 1);
    });
    moves += known.length - Math.max(0, ...runs);
  }
  return moves;
}

const plain = ({ title, body, type, status, fields = {} }: MarkdownChunk): unknown => ({ title, body, type, status, fields });

test('D11: an edited export, synced back, is the document, and only what differs was written', () => {
  fc.assert(
    fc.property(tree, fc.array(edit, { maxLength: 6 }), (first, edits) => {
      const { document_id } = scope.document<Synced>('import_md', { markdown: renderMarkdown({ root: first, edges: [] }) });
      const text = exported(document_id);
      const before = parseMarkdown(text);
      const after = parseMarkdown(text);
      for (const step of edits) apply(after.root, step);
      const edited = renderMarkdown(after);

      const were = state();
      const result = scope.document<Synced>('import_md', { markdown: edited, document_id, mode: 'replace' });
      const are = state();

      expect(withoutIds(exported(document_id))).toBe(withoutIds(edited));
      const old = new Map(inOrder(before.root).map((chunk) => [chunk.id, chunk]));
      const now = inOrder(after.root);
      const stayed = now.filter(({ id }) => id !== undefined);
      const changed = stayed.filter((chunk) => !isDeepStrictEqual(plain(chunk), plain(old.get(chunk.id)!)));
      expect(result).toMatchObject({
        chunks_created: now.length - stayed.length,
        chunks_updated: changed.length,
        chunks_moved: fewestMoves(before.root, after.root),
        chunks_deleted: old.size - stayed.length,
      });
      const { chunks_created, chunks_updated, chunks_moved, chunks_deleted } = result;
      const kept = chunks_updated + chunks_moved + chunks_deleted;
      expect(are).toEqual({
        revisions: were.revisions + kept,
        audits: were.audits + kept + chunks_created,
        events: were.events + kept + chunks_created,
      });
      const again = scope.document<Synced>('import_md', { markdown: exported(document_id), document_id, mode: 'replace' });
      expect(again.chunks_unchanged).toBe(now.length);
      expect(state()).toEqual(are);
    }),
    { numRuns: 300 },
  );
});

test('merge loses nothing and moves nothing that it need not: what the text does not have keeps its neighbours', () => {
  fc.assert(
    fc.property(tree, fc.array(edit, { maxLength: 6 }), (first, edits) => {
      const { document_id } = scope.document<Synced>('import_md', { markdown: renderMarkdown({ root: first, edges: [] }) });
      const before = parseMarkdown(exported(document_id));
      const edited = structuredClone(before);
      for (const step of edits) apply(edited.root, step);
      const were = state();
      const result = scope.document<Synced>('import_md', { markdown: renderMarkdown(edited), document_id, mode: 'merge' });
      expect(state().revisions - were.revisions).toBe(result.chunks_updated + result.chunks_moved);
      expect(result.chunks_deleted).toBe(0);

      const after = new Map(inOrder(parseMarkdown(exported(document_id)).root).map((chunk) => [chunk.id, chunk]));
      const inText = new Set(inOrder(edited.root).map(({ id }) => id));
      for (const parent of inOrder(edited.root).filter(({ id }) => id !== undefined)) {
        const children = after.get(parent.id)!.children.map(({ id }) => id);
        const known = parent.children.flatMap(({ id }) => id ?? []);
        expect(children.filter((id) => known.includes(id!))).toEqual(known);
      }
      for (const parent of inOrder(before.root)) {
        const kept = parent.children.map(({ id }) => id).filter((id) => !inText.has(id));
        expect(after.get(parent.id)!.children.map(({ id }) => id).filter((id) => kept.includes(id))).toEqual(kept);
      }
      const gaps = scope.db.all(
        'SELECT 1 FROM chunks WHERE document_id = ? AND parent_id IS NOT NULL GROUP BY parent_id HAVING max(position) <> count(*) - 1 OR count(DISTINCT position) <> count(*)',
        document_id,
      );
      expect(gaps).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
