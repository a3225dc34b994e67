import { Document, Pair, Scalar, YAMLMap, YAMLSeq, type Node as YamlNode } from 'yaml';
import { originText, shownFile } from './error.js';
import type { Layers } from './layers.js';
import { masked } from './secrets.js';
import { leaves, mapScalars, pathText, toValue, type Node, type Path } from './tree.js';

export interface RenderOptions {
  /** Adds the file and line of every leaf as a comment. */
  readonly origin?: boolean;
}

/** The merged configuration as yaml, without defaults, secrets masked. */
export function renderConfig({ tree }: Layers, { origin = false }: RenderOptions = {}): string {
  const document = new Document();
  document.contents = toYaml(tree, [], origin);
  return document.toString({ lineWidth: 0 });
}

/** A leaf as it may be shown. */
export interface RenderedLeaf {
  /** `agents.drafter.every` */
  readonly path: string;
  readonly value: unknown;
  /** `file:line:column` */
  readonly origin: string;
}

/** The leaves of the merged configuration, secrets masked, and where each stands. */
export function renderedLeaves({ tree }: Layers): RenderedLeaf[] {
  return [...leaves(tree)].map(({ path, node }) => ({
    path: pathText(path),
    value: toValue(mapScalars(node, (scalar, at) => ({ ...scalar, value: masked(scalar, [...path, ...at]) }))),
    origin: originText(node.origin),
  }));
}

function toYaml(node: Node, path: Path, withOrigin: boolean): YamlNode {
  const written = withoutComment(node, path, withOrigin);
  const isLeaf = !(written instanceof YAMLMap || written instanceof YAMLSeq) || written.items.length === 0;
  if (withOrigin && isLeaf) written.comment = ` ${shownFile(node.origin.file)}:${node.origin.line}`;
  return written;
}

function withoutComment(node: Node, path: Path, withOrigin: boolean): YamlNode {
  switch (node.kind) {
    case 'scalar':
      return toScalar(masked(node, path));
    case 'list': {
      const list = new YAMLSeq();
      list.items = node.items.map((item, at) => toYaml(item, [...path, at], withOrigin));
      list.flow = list.items.length === 0;
      return list;
    }
    case 'mapping': {
      const map = new YAMLMap();
      map.items = [...node.entries].map(([key, entry]) => new Pair(new Scalar(key), toYaml(entry.node, [...path, key], withOrigin)));
      map.flow = map.items.length === 0;
      return map;
    }
  }
}

/** Blanks at the edges of a line would not survive in a block of lines. */
function toScalar(value: unknown): Scalar {
  const scalar = new Scalar(value);
  if (typeof value === 'string' && value.includes('\n') && /^[^\S\n]|[^\S\n]$/m.test(value)) scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
