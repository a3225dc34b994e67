import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DEFINITION_NAME } from '../definitions/kinds.js';
import { splitFrontMatter } from '../bundles/front-matter.js';
import type { Findings } from './parse.js';
import { parseMapping, resolvePaths } from './parse.js';
import { child, type Entry, type MappingNode, type Node } from './tree.js';
import type { Origin } from './error.js';

const MAX_BYTES = 1024 * 1024;
const AGENTS = 'agents';
const PROMPT = 'system_prompt';

/** Agents that are Markdown files, as a layer of the configuration. */
export interface AgentFiles {
  readonly files: readonly string[];
  readonly tree: MappingNode;
}

/**
 * Reads the agents of a folder, `<name>.md` each: between two lines `---` at its top what yaml would say of the
 * agent, below it its system prompt (reference: wire 4.4). What is wrong goes to the findings.
 * @returns undefined where the folder has none.
 */
export function readAgentFiles(folder: string, env: NodeJS.ProcessEnv, findings: Findings): AgentFiles | undefined {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const files = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md').sort().map((name) => path.join(folder, name));
  const agents = new Map<string, Entry>();
  for (const file of files) {
    const node = readAgent(file, env, findings);
    if (node) agents.set(path.basename(file, '.md'), { key: top(file), node });
  }
  if (agents.size === 0) return undefined;
  const origin = { file: folder, line: 0, column: 0 };
  const mapping: MappingNode = { kind: 'mapping', entries: agents, origin };
  const tree = resolvePaths({ kind: 'mapping', entries: new Map([[AGENTS, { key: origin, node: mapping }]]), origin }) as MappingNode;
  return { files, tree };
}

function readAgent(file: string, env: NodeJS.ProcessEnv, findings: Findings): MappingNode | undefined {
  const { problems } = findings;
  const name = path.basename(file, '.md');
  if (!DEFINITION_NAME.test(name)) {
    problems.push({ origin: top(file), message: `${JSON.stringify(name)} is no name of an agent: letters, digits, _ and -` });
    return undefined;
  }
  if (statSync(file).size > MAX_BYTES) {
    problems.push({ origin: top(file), message: `is longer than ${MAX_BYTES} bytes` });
    return undefined;
  }
  const parts = splitFrontMatter(readFileSync(file, 'utf8'));
  if (!parts) {
    problems.push({ origin: top(file), message: 'must begin with front matter: what yaml would say of the agent, between two lines ---' });
    return undefined;
  }
  const said = parseMapping(parts.yaml, { file, line: 2 }, env, findings);
  if (!said) return undefined;
  const entries = new Map(said.entries);
  requireName(child(said, 'name'), name, findings);
  entries.delete('name');
  if (parts.body !== '') {
    const origin = { file, line: parts.bodyLine, column: 1 };
    const other = entries.get(PROMPT);
    if (other) problems.push({ origin: other.key, message: `${PROMPT}: is the text below the front matter already` });
    entries.set(PROMPT, { key: origin, node: { kind: 'scalar', value: parts.body, origin } });
  }
  return { ...said, entries };
}

/** A file may say its name: then as it is called. */
function requireName(said: Node | undefined, name: string, { problems }: Findings): void {
  if (!said || (said.kind === 'scalar' && said.value === name)) return;
  problems.push({ origin: said.origin, message: `name: the agent is called as its file, "${name}": give both one name` });
}

function top(file: string): Origin {
  return { file, line: 1, column: 1 };
}
