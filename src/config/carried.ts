import type { Problem } from './error.js';
import { masked } from './secrets.js';
import { isUnset, pathText, toValue, type Entry, type MappingNode, type Node, type Path } from './tree.js';

/** Keys that say which model is called and where: what the operator decides, who pays for it. */
const PROVIDER_KEYS: readonly string[] = ['provider', 'providers', 'provider_priority', 'model', 'models', 'tiers', 'user_tiers', 'base_url'];
/** Blocks in which the next key is a name that somebody chose. */
const NAMED: ReadonlySet<string> = new Set(['agents', 'channels', 'seed', 'principals', 'scheduled_runs', 'webhooks', 'mcp_servers']);
/** Blocks that start runs by themselves, which cost tokens. */
const RUNS_BY_ITSELF: readonly string[] = ['scheduled_runs', 'webhooks'];

/**
 * What a file says that is to be shared with others and must not: providers of models, secrets, principals, and
 * runs that begin by themselves.
 * @param tree one file, read without any environment.
 */
export function notToBeCarried(tree: MappingNode): Problem[] {
  return [...forbidden(tree, []), ...enabledRuns(tree)];
}

function forbidden(node: Node, path: Path): Problem[] {
  switch (node.kind) {
    case 'scalar': {
      if (masked(node, withoutName(path)) === node.value) return [];
      return [{ origin: node.origin, message: `${pathText(path)}: looks like a secret: name the variable that holds it, under a key that ends in _env` }];
    }
    case 'list':
      return node.items.flatMap((item, at) => forbidden(item, [...path, at]));
    case 'mapping':
      return [...node.entries].flatMap(([key, entry]) => refusalOf(key, entry, path) ?? forbidden(entry.node, [...path, key]));
  }
}

function refusalOf(key: string, { key: origin, node }: Entry, path: Path): Problem[] | undefined {
  if (isUnset(node) || isName(path)) return undefined;
  const at = pathText([...path, key]);
  if (PROVIDER_KEYS.includes(key)) {
    return [{ origin, message: `${at}: a bundle names no provider and no model: that is for the operator, who pays for it` }];
  }
  if (path.length === 0 && key === 'principals') {
    return [{ origin, message: 'principals: a bundle declares none: the operator says who there is, and agents name one' }];
  }
  return undefined;
}

/** Whether the keys of the mapping at a path are names that somebody chose. */
function isName(path: Path): boolean {
  return path.length === 1 && NAMED.has(String(path[0]));
}

function withoutName(path: Path): Path {
  return isName(path.slice(0, 1)) ? path.filter((_, at) => at !== 1) : path;
}

function enabledRuns({ entries }: MappingNode): Problem[] {
  return RUNS_BY_ITSELF.flatMap((block) => {
    const declared = entries.get(block)?.node;
    if (declared?.kind !== 'mapping') return [];
    return [...declared.entries].flatMap(([name, { key, node }]) => {
      const off = (toValue(node) as { enabled?: unknown } | null)?.enabled === false;
      return off ? [] : [{ origin: key, message: `${pathText([block, name])}: begins runs by itself, which may cost tokens: ship it with enabled: false` }];
    });
  });
}
