import type { Problem } from '../config/error.js';
import { nearest } from '../config/nearest.js';
import { child, isUnset, pathText, type ListNode, type MappingNode, type Node, type Path, type ScalarNode } from '../config/tree.js';
import type { Skill } from './skills.js';

/** What is wrong with the skills that an agent names. */
export interface NamedSkillProblem extends Problem {
  /** Whether the agent runs on its own. */
  readonly resident: boolean;
}

/**
 * Checks what agents say under `skills` (reference: wire 4.5): every name is that of a skill, and the agent has the
 * tools that the skill works with.
 * @param tree the merged configuration, with keys that have no effect here.
 */
export function namedSkillProblems(tree: MappingNode, skills: readonly Skill[]): NamedSkillProblem[] {
  const agents = child(tree, 'agents');
  if (agents?.kind !== 'mapping') return [];
  return [...agents.entries].flatMap(([name, { node }]) => {
    const resident = scalarOf(child(node, 'resident')) === true;
    return problemsOfAgent(['agents', name], node, skills).map((problem) => ({ ...problem, resident }));
  });
}

function problemsOfAgent(path: Path, agent: Node, skills: readonly Skill[]): Problem[] {
  const named = child(agent, 'skills');
  if (!named || isUnset(named)) return [];
  const at = pathText([...path, 'skills']);
  if (named.kind !== 'list') return [{ origin: named.origin, message: `${at}: must be a list of names of skills` }];
  const allowed = child(agent, 'allowed_tools');
  const tools = allowed?.kind === 'list' ? textsOf(allowed) : undefined;
  return named.items.flatMap((item, index) => problemsOfName(pathText([...path, 'skills', index]), item, skills, tools));
}

function problemsOfName(at: string, item: Node, skills: readonly Skill[], tools: readonly string[] | undefined): Problem[] {
  const { origin } = item;
  const name = scalarOf(item);
  if (typeof name !== 'string') return [{ origin, message: `${at}: must be the name of a skill` }];
  const skill = skills.find((each) => each.name === name);
  if (!skill) return [{ origin, message: `${at}: there is no skill "${name}"${hintFor(name, skills)}` }];
  const missing = tools && skill.allowedTools?.filter((tool) => !tools.some((allowed) => covers(allowed, tool)));
  if (!missing || missing.length === 0) return [];
  return [{ origin, message: `${at}: the skill "${name}" works with ${missing.join(', ')}, which allowed_tools of the agent does not have` }];
}

function hintFor(name: string, skills: readonly Skill[]): string {
  const known = skills.map((skill) => skill.name).sort();
  const meant = nearest(name, known);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  if (known.length > 0) return `; known are ${known.join(', ')}`;
  return ': no bundle of the stack brings any, and LOOMCYCLE_SKILLS_ROOT names no folder with one';
}

/** An allowed tool may end in `*`, which stands for any ending. */
function covers(allowed: string, tool: string): boolean {
  return allowed.endsWith('*') ? tool.startsWith(allowed.slice(0, -1)) : allowed === tool;
}

function textsOf({ items }: ListNode): string[] {
  return items.filter((item): item is ScalarNode => item.kind === 'scalar').map(({ value }) => String(value));
}

function scalarOf(node: Node | undefined): unknown {
  return node?.kind === 'scalar' ? node.value : undefined;
}
