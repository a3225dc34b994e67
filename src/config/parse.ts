import { readFileSync } from 'node:fs';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type CollectionTag,
  type Document,
  type Node as YamlNode,
  type Pair,
  type ScalarTag,
  type YAMLMap,
} from 'yaml';
import type { Origin, Problem } from './error.js';
import { expand } from './expand.js';
import { isFile } from './known.js';
import { isUnset, mapScalars, resolvePath, type Entry, type ListNode, type MappingNode, type Node, type ScalarNode } from './tree.js';

/** Most values of one file. Aliases of aliases would otherwise let a small file fill the memory. */
const MAX_NODES = 100_000;

/** Tag of a path that is relative to the file that says it, where the schema does not know that it is one. */
const PATH_TAG = '!path';
const PLACEMENTS = { '!prepend': 'prepend', '!append': 'append' } as const;

const customTags: (ScalarTag | CollectionTag)[] = [
  { tag: PATH_TAG, resolve: (text) => text },
  ...Object.keys(PLACEMENTS).map((tag): CollectionTag => ({ tag, collection: 'seq', resolve: (list) => list })),
];

/** What came up on the way: problems stop the start, warnings do not. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/**
 * Reads one file: yaml, then `${NAME}`, then names of files, which become absolute. What is wrong goes to the findings.
 * @param namedAt Where another file includes it.
 * @returns undefined where the file cannot be read or is no yaml mapping. An empty file is an empty mapping.
 */
export function parseFile(file: string, env: NodeJS.ProcessEnv, findings: Findings, namedAt?: Origin): MappingNode | undefined {
  const top: Origin = { file, line: 0, column: 0 };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const cause = (error as NodeJS.ErrnoException).code ?? String(error);
    findings.problems.push(namedAt ? { origin: namedAt, message: `${file}: cannot be read (${cause})` } : { origin: top, message: `cannot be read (${cause})` });
    return undefined;
  }
  const tree = parseMapping(text, { file, line: 1 }, env, findings);
  return tree && (resolvePaths(tree) as MappingNode);
}

/**
 * Reads yaml that is a mapping, and then `${NAME}`. Names of files stay as they are.
 * @param at The file, and the line in which the yaml begins.
 */
export function parseMapping(text: string, at: { readonly file: string; readonly line: number }, env: NodeJS.ProcessEnv, findings: Findings): MappingNode | undefined {
  const { file } = at;
  const top: Origin = { file, line: at.line - 1, column: 0 };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, customTags });
  const place = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { file, line: line + at.line - 1, column: col };
  };
  // A tag that nobody knows is a warning of the parser only, and would silently be ignored.
  const faults = [...document.errors, ...document.warnings];
  for (const { message, pos } of faults) findings.problems.push({ origin: place(pos[0]), message });
  if (faults.length > 0) return undefined;

  const reader = new Reader(aliasTargets(document), place, findings.problems);
  const read = reader.read(document.contents, top);
  const tree: Node = isUnset(read) ? { kind: 'mapping', entries: new Map(), origin: top } : read;
  if (tree.kind === 'mapping') return expand(tree, env, findings.warnings) as MappingNode;
  findings.problems.push({ origin: tree.origin, message: at.line === 1 ? 'a configuration file must be a mapping' : 'front matter must be a mapping' });
  return undefined;
}

/** Makes our tree of the parser's, aliases and merge keys resolved. */
class Reader {
  private readonly open = new Set<YamlNode>();
  private nodes = 0;

  constructor(
    /** What each alias stands for. */
    private readonly targets: ReadonlyMap<Alias, YamlNode>,
    private readonly place: (offset: number) => Origin,
    private readonly problems: Problem[],
  ) {}

  /** @param around Where an empty value counts as written. */
  read(node: YamlNode | null, around: Origin): Node {
    const origin = node?.range ? this.place(node.range[0]) : around;
    if (node === null) return { kind: 'scalar', value: null, origin };
    if ((this.nodes += 1) === MAX_NODES) this.problems.push({ origin, message: `the file has more than ${MAX_NODES} values` });
    if (this.nodes >= MAX_NODES) return { kind: 'scalar', value: null, origin };
    this.open.add(node);
    try {
      return this.readOpen(node, origin);
    } finally {
      this.open.delete(node);
    }
  }

  private readOpen(node: YamlNode, origin: Origin): Node {
    if (isAlias(node)) return this.readAlias(node, origin);
    if (isMap(node)) return { kind: 'mapping', entries: this.readEntries(node, origin), origin };
    if (isSeq(node)) {
      const items = (node.items as (YamlNode | null)[]).map((item) => this.read(item, origin));
      const placement: ListNode['placement'] = PLACEMENTS[node.tag as keyof typeof PLACEMENTS];
      return placement ? { kind: 'list', items, origin, placement } : { kind: 'list', items, origin };
    }
    const scalar: ScalarNode = { kind: 'scalar', value: isScalar(node) ? node.value : null, origin };
    return node.tag === PATH_TAG ? { ...scalar, isPath: true } : scalar;
  }

  private readAlias(alias: Alias, origin: Origin): Node {
    const target = this.targets.get(alias);
    if (target && !this.open.has(target)) return this.read(target, origin);
    const message = target ? 'the alias stands within what it stands for' : `there is no &${alias.source} before it`;
    this.problems.push({ origin, message });
    return { kind: 'scalar', value: null, origin };
  }

  private readEntries(map: YAMLMap, origin: Origin): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    const inherited: Node[] = [];
    for (const { key, value } of map.items as Pair<YamlNode, YamlNode | null>[]) {
      const at = key.range ? this.place(key.range[0]) : origin;
      if (!isScalar(key)) {
        this.problems.push({ origin: at, message: 'a key must be a text' });
      } else if (key.value === '<<' && key.type === 'PLAIN') {
        inherited.push(this.read(value, at));
      } else {
        entries.set(String(key.value), { key: at, node: this.read(value, at) });
      }
    }
    for (const node of inherited) this.inherit(entries, node);
    return entries;
  }

  /** `<<`: adds what the mapping itself does not say; of several, the first counts. */
  private inherit(entries: Map<string, Entry>, node: Node): void {
    for (const source of node.kind === 'list' ? node.items : [node]) {
      if (source.kind !== 'mapping') {
        this.problems.push({ origin: source.origin, message: '<< takes a mapping, or a list of them' });
        continue;
      }
      for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
    }
  }
}

/** An alias stands for the last node before it that has its anchor. */
function aliasTargets(document: Document): Map<Alias, YamlNode> {
  const anchors = new Map<string, YamlNode>();
  const targets = new Map<Alias, YamlNode>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** The tree of a file with names of files absolute: those that the schema knows, and those that say so. */
export function resolvePaths(tree: Node): Node {
  return mapScalars(tree, (scalar, path) => (scalar.isPath || isFile(path) ? resolvePath(scalar) : scalar));
}
