import { statSync } from 'node:fs';
import path from 'node:path';
import { readAgentFiles } from './agent-files.js';
import { addToStack, BUNDLE, missingBundles, readBundle, type Bundle } from './bundle-layers.js';
import { ConfigError, originText, type Origin, type Problem } from './error.js';
import { merge, type MergeNotes, type Override } from './merge.js';
import { parseFile, type Findings } from './parse.js';
import { isUnset, pathText, type Entry, type MappingNode } from './tree.js';

/** Names that bundles declare, whatever other files say of them beside. */
export type Bundled = Readonly<Record<'agents' | 'mcp_servers', ReadonlySet<string>>>;

/** Configuration files, read and merged, not yet checked against the schema. */
export interface Layers {
  /** Every file in the order of the merge: what a file includes lies below it. */
  readonly files: readonly string[];
  readonly tree: MappingNode;
  /** The bundles among the files, in the order of the merge. */
  readonly bundles: readonly Bundle[];
  readonly bundled: Bundled;
  /** What was replaced, in the order in which it was. */
  readonly overrides: readonly Override[];
  readonly warnings: readonly Problem[];
}

/** Key of a file that stays in it, and is not merged. */
const INCLUDE = 'include';

/**
 * Reads the files and all that they include, and merges them left to right. With LOOMCYCLE_CONFIG_STRICT=1 it
 * is an error when one file replaces what another says.
 * @throws ConfigError with everything that is wrong.
 */
export function loadLayers(files: readonly string[], env: NodeJS.ProcessEnv = process.env): Layers {
  if (files.length === 0) throw new ConfigError([{ message: 'there is no configuration file' }]);
  const reader = new LayerReader(env);
  // Below everything: yaml may say of such an agent what it wants to have otherwise.
  if (env.LOOMCYCLE_AGENTS_ROOT) reader.readAgents(path.resolve(env.LOOMCYCLE_AGENTS_ROOT), true);
  for (const file of files) reader.read(path.resolve(file), []);
  const { problems, warnings } = reader.findings;
  // Of files that cannot be read nobody knows which bundles they are.
  if (problems.length === 0) problems.push(...missingBundles(reader.bundles));
  if (problems.length > 0) throw new ConfigError(problems);

  const notes: MergeNotes = { overrides: [], problems: [] };
  const tree = reader.trees.reduce((merged, tree) => merge(merged, tree, notes));
  if (env.LOOMCYCLE_CONFIG_STRICT === '1') notes.problems.push(...strictProblems(notes.overrides));
  if (notes.problems.length > 0) throw new ConfigError(notes.problems);
  return { files: reader.files, tree, bundles: reader.bundles, bundled: reader.bundled, overrides: notes.overrides, warnings };
}

class LayerReader {
  readonly files: string[] = [];
  readonly trees: MappingNode[] = [];
  readonly bundles: Bundle[] = [];
  readonly bundled = { agents: new Set<string>(), mcp_servers: new Set<string>() };
  readonly findings: Findings = { problems: [], warnings: [] };

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** Adds the layers that a file includes, then the file. */
  read(file: string, including: readonly string[], namedAt?: Origin): void {
    const tree = parseFile(file, this.env, this.findings, namedAt);
    if (!tree) return;
    const entries = new Map(tree.entries);
    const include = entries.get(INCLUDE);
    entries.delete(INCLUDE);
    const declared = entries.get(BUNDLE);
    entries.delete(BUNDLE);
    if (include) this.readIncluded(include, [...including, file]);
    const bundle = declared && readBundle(file, declared, this.findings.problems);
    if (bundle) {
      addToStack(this.bundles, bundle, this.findings.problems);
      this.noteBundled(this.readAgents(path.join(path.dirname(file), 'agents')));
      this.noteBundled(tree);
    }
    this.files.push(file);
    this.trees.push({ ...tree, entries });
  }

  /** Adds the agents that are Markdown files of a folder. */
  readAgents(folder: string, isRequired = false): MappingNode | undefined {
    const agents = readAgentFiles(folder, this.env, this.findings);
    if (agents) {
      this.files.push(...agents.files);
      this.trees.push(agents.tree);
    } else if (isRequired && !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      this.findings.problems.push({ message: `LOOMCYCLE_AGENTS_ROOT names ${folder}, which is no folder` });
    }
    return agents?.tree;
  }

  private noteBundled(tree: MappingNode | undefined): void {
    for (const [block, names] of Object.entries(this.bundled)) {
      const node = tree?.entries.get(block)?.node;
      if (node?.kind === 'mapping') for (const name of node.entries.keys()) names.add(name);
    }
  }

  private readIncluded({ node }: Entry, including: readonly string[]): void {
    if (isUnset(node)) return;
    const { problems } = this.findings;
    if (node.kind !== 'list' || node.placement) {
      problems.push({ origin: node.origin, message: 'include must be a list of files' });
      return;
    }
    for (const item of node.items) {
      const { origin } = item;
      if (item.kind !== 'scalar' || typeof item.value !== 'string') {
        problems.push({ origin, message: 'include must be a list of files' });
        continue;
      }
      const file = item.value;
      if (including.includes(file)) {
        problems.push({ origin, message: `the file includes itself: ${[...including, file].join(' → ')}` });
      } else if (!this.files.includes(file)) {
        // What two files include lies below both, once: below the first.
        this.read(file, including, origin);
      }
    }
  }
}

function strictProblems(overrides: readonly Override[]): Problem[] {
  if (overrides.length === 0) return [];
  const message = `LOOMCYCLE_CONFIG_STRICT=1 refuses what one file replaces of another (${overrides.length}):`;
  return [{ message }, ...overrides.map(({ path: at, from, to }) => ({ origin: to, message: `${pathText(at)}: replaces ${originText(from)}` }))];
}
