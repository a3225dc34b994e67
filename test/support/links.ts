import fc from 'fast-check';

// A naive reading of links: what the edges of a scope have to be, computed from all bodies at once.

/** A title as it is written, and what it is compared by. */
export type Name = readonly [text: string, key: string];

const NAMES: readonly Name[] = [
  ['Plan', 'plan'],
  ['PLAN', 'plan'],
  ['Été', 'été'],
  ['e\u0301te\u0301', 'été'],
  ['C#', 'c#'],
  ['Plan#Day', 'plan#day'],
  ['Day', 'day'],
];
export const name = fc.constantFrom(...NAMES);

export interface Link {
  embed: boolean;
  by: 'title' | 'heading' | 'own heading' | 'id' | 'document id';
  first: Name;
  second: Name;
  /** Picks among all ids that were ever there. */
  pick: number;
  inCode: boolean;
}

export const links = fc.array(
  fc.record<Link>({
    embed: fc.boolean(),
    by: fc.constantFrom('title', 'title', 'title', 'heading', 'own heading', 'id', 'document id'),
    first: name,
    second: name,
    pick: fc.nat(30),
    inCode: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  }),
  { maxLength: 4 },
);

export interface ModelChunk {
  id: string;
  document: ModelDocument;
  name: Name;
  /** With the targets that they have in the body. */
  links: (Link & { target: string })[];
}

export interface ModelDocument {
  id: string;
  root: ModelChunk;
}

export class LinkModel {
  /** In order of creation, which is their age. */
  chunks: ModelChunk[] = [];
  documents: ModelDocument[] = [];
  /** `from to kind` of the edges that calls made. */
  readonly byHand = new Set<string>();
  private readonly ids: string[] = [];
  private readonly documentIds: string[] = [];

  addDocument(id: string, rootId: string, name: Name): void {
    const document = { id } as ModelDocument;
    document.root = this.addChunk(rootId, document, name);
    this.documents.push(document);
    this.documentIds.push(id);
  }

  addChunk(id: string, document: ModelDocument, name: Name): ModelChunk {
    const chunk = { id, document, name, links: [] };
    this.chunks.push(chunk);
    this.ids.push(id);
    return chunk;
  }

  /** Removes a chunk; with a root its whole document. */
  remove(chunk: ModelChunk): void {
    const gone = this.chunks.filter((each) => each === chunk || (chunk === chunk.document.root && each.document === chunk.document));
    for (const edge of this.byHand) if (gone.some(({ id }) => edge.includes(id))) this.byHand.delete(edge);
    this.chunks = this.chunks.filter((each) => !gone.includes(each));
    this.documents = this.documents.filter(({ root }) => !gone.includes(root));
  }

  withTargets(links: readonly Link[]): ModelChunk['links'] {
    return links.map((link) => ({ ...link, target: this.targetOf(link) }));
  }

  /** `from to kind` → source. */
  edges(): Map<string, string> {
    const edges = new Map<string, string>();
    for (const from of this.chunks) {
      for (const link of from.links) {
        const to = link.inCode ? undefined : this.resolve(link, from);
        if (to) edges.set(`${from.id} ${to.id} ${link.embed ? 'embed' : 'link'}`, 'body');
      }
    }
    for (const edge of this.byHand) edges.set(edge, 'op');
    return edges;
  }

  private targetOf({ by, first, second, pick }: Link): string {
    if (by === 'id') return this.ids[pick % this.ids.length]!;
    if (by === 'document id') return this.documentIds[pick % this.documentIds.length]!;
    if (by === 'title') return first[0];
    return by === 'heading' ? `${first[0]}#${second[0]}` : `#${second[0]}`;
  }

  private resolve({ by, target, first, second }: ModelChunk['links'][number], from: ModelChunk): ModelChunk | undefined {
    if (by === 'id') return this.chunks.find(({ id }) => id === target);
    if (by === 'document id') return this.documents.find(({ id }) => id === target)?.root;
    const own = (chunk: ModelChunk): boolean => chunk.document === from.document;
    const key = by === 'title' ? first[1] : by === 'heading' ? `${first[1]}#${second[1]}` : `#${second[1]}`;
    const byTitle = this.oldest(key, own) ?? this.oldest(key, () => true);
    const [, document, heading] = /^(.*)#([^#]+#*)$/.exec(key) ?? [];
    if (byTitle || document === undefined || heading === undefined) return byTitle;
    if (document === '') return this.oldest(heading, own);
    const named = (chunk: ModelChunk): boolean => chunk.document.root.name[1] === document;
    return this.oldest(heading, (chunk) => named(chunk) && own(chunk)) ?? this.oldest(heading, named);
  }

  private oldest(key: string, where: (chunk: ModelChunk) => boolean): ModelChunk | undefined {
    return this.chunks.find((chunk) => chunk.name[1] === key && where(chunk));
  }
}

export function bodyOf(links: ModelChunk['links']): string {
  return links
    .map(({ embed, inCode, target }) => {
      const text = `${embed ? '!' : ''}[[${target}|alias]]`;
      return inCode ? `\`${text}\`` : text;
    })
    .join(' words\n');
}
