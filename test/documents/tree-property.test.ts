import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalScope, type LocalAnswer } from '../support/local-scope.js';

// Whatever is created, moved, reordered and deleted: a document stays one tree, siblings stay at 0, 1, 2, …

let scope: LocalScope;
beforeAll(() => {
  scope = new LocalScope();
});
afterAll(() => scope.close());

/** Indexes are taken modulo the number of chunks that are there then. */
const index = fc.nat({ max: 40 });
const place = fc.oneof(
  fc.constant({}),
  fc.record({ position: fc.nat({ max: 6 }) }),
  fc.record({ after: index }),
  fc.record({ before: index }),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('create_chunk'), parent: fc.option(index), place }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('move_chunk'), id: index, parent: fc.option(index), place }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('reorder_chunk'), id: index, place }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('delete_chunk'), id: index }) },
);
type Step = { op: string; id?: number; parent?: number | null; place?: { position?: number; after?: number; before?: number } };

interface Node {
  id: string;
  parent_id?: string;
  position: number;
}

/** What a document should look like: the children of each chunk, in order. */
class Model {
  readonly children: Map<string, string[]>;

  constructor(readonly root: string) {
    this.children = new Map([[root, []]]);
  }

  get ids(): string[] {
    return [...this.children.keys()];
  }

  parentOf(id: string): string | undefined {
    return this.ids.find((each) => this.children.get(each)!.includes(id));
  }

  below(id: string): string[] {
    return this.children.get(id)!.flatMap((child) => [child, ...this.below(child)]);
  }

  /** Puts a chunk where it was asked for. */
  put(id: string, parent: string, place: { position?: number; after_id?: string; before_id?: string }): void {
    const old = this.parentOf(id);
    if (old !== undefined) this.children.set(old, this.children.get(old)!.filter((each) => each !== id));
    const siblings = this.children.get(parent)!;
    const at =
      place.after_id !== undefined
        ? siblings.indexOf(place.after_id) + 1
        : place.before_id !== undefined
          ? siblings.indexOf(place.before_id)
          : Math.min(place.position ?? siblings.length, siblings.length);
    this.children.set(parent, siblings.toSpliced(at, 0, id));
    if (!this.children.has(id)) this.children.set(id, []);
  }

  remove(id: string): void {
    const parent = this.parentOf(id)!;
    for (const each of [id, ...this.below(id)]) this.children.delete(each);
    this.children.set(parent, this.children.get(parent)!.filter((each) => each !== id));
  }

  nodes(): Node[] {
    const below = (parent_id: string): Node[] =>
      this.children.get(parent_id)!.flatMap((id, position) => [{ id, parent_id, position }, ...below(id)]);
    return [{ id: this.root, position: 0 }, ...below(this.root)];
  }
}

test('for any sequence of create, move, reorder and delete the document is one tree with dense siblings', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const { document_id, root_chunk_id } = await scope.document<{ document_id: string; root_chunk_id: string }>('create_document', { title: 'd' });
      const model = new Model(root_chunk_id);
      for (const each of steps) await apply(each, document_id, model);
      const { chunks } = await scope.document<{ chunks: Node[] }>('get_subtree', { id: root_chunk_id, include_body: false });
      expect(chunks.map(({ id, parent_id, position }) => ({ id, ...(parent_id === undefined ? {} : { parent_id }), position }))).toEqual(model.nodes());
      // The subtree shows what hangs together; the count shows that nothing hangs elsewhere.
      const { chunk_count } = await scope.document<{ chunk_count: number }>('get_document', { id: document_id });
      expect(chunk_count).toBe(model.ids.length);
      const { chunks: all } = await scope.document<{ chunks: Node[] }>('query_chunks', { document_id, limit: 1000 });
      expect(all.map(({ id }) => id).toSorted()).toEqual(model.ids.toSorted());
    }),
    { numRuns: 120 },
  );
});

async function apply(step: Step, document_id: string, model: Model): Promise<void> {
  const { ids } = model;
  const pick = (at: number | null | undefined): string | undefined => (at === null || at === undefined ? undefined : ids[at % ids.length]);
  const id = pick(step.id);
  const parent = pick(step.parent);
  const { position, after, before } = step.place ?? {};
  const place = {
    ...(position === undefined ? {} : { position }),
    ...(after === undefined ? {} : { after_id: pick(after) }),
    ...(before === undefined ? {} : { before_id: pick(before) }),
  };
  const sibling = place.after_id ?? place.before_id;
  const beside = sibling === undefined ? undefined : model.parentOf(sibling);
  const input: Record<string, unknown> =
    step.op === 'create_chunk'
      ? { document_id, title: 'c', ...(parent === undefined ? {} : { parent_id: parent }), ...place }
      : step.op === 'move_chunk'
        ? { id, ...(parent === undefined ? {} : { new_parent_id: parent }), ...place }
        : { id, ...place };
  const answer: LocalAnswer<{ id: string }> = await scope.call(step.op, input);

  const isRoot = id === model.root;
  const wrongSibling = sibling !== undefined && (beside === undefined || sibling === id);
  if (step.op === 'create_chunk') {
    const target = parent ?? beside ?? model.root;
    expect(answer.ok).toBe(!wrongSibling && (beside === undefined || beside === target));
    if (answer.ok) model.put(answer.body.id, target, place);
  } else if (step.op === 'move_chunk') {
    const target = parent ?? beside ?? model.parentOf(id!);
    const cycle = target !== undefined && [id!, ...model.below(id!)].includes(target);
    expect(answer.ok).toBe(!isRoot && !wrongSibling && !cycle && (beside === undefined || beside === target));
    if (answer.ok) model.put(id!, target!, place);
  } else if (step.op === 'reorder_chunk') {
    const own = model.parentOf(id!);
    const named = Object.keys(place).length === 1;
    expect(answer.ok).toBe(named && !isRoot && !wrongSibling && (beside === undefined || beside === own));
    if (answer.ok) model.put(id!, own!, place);
  } else {
    expect(answer.ok).toBe(!isRoot);
    if (answer.ok) model.remove(id!);
  }
}
