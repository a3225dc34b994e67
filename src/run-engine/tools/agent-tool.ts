import { z } from 'zod';
import { DEFAULT_MAX_CHILDREN } from '../../definitions/narrowing.js';
import type { RunRow } from '../../runs/types.js';
import { atMost } from '../at-most.js';
import { ownTool } from './own-tool.js';
import { json, type RunTool, type ToolOutput } from './tool.js';

/** Children of one call (reference: tools 13.4). */
const MAX_SPAWNS = 32;

const spawn = {
  name: z.string().min(1).max(128).describe('Name of the agent'),
  prompt: z.string().min(1).max(1024 * 1024).describe('What it is to do, with all that it needs to know: it sees nothing else'),
  def_id: z.string().optional().describe('A version of the agent; the active one without it'),
};
type Spawn = z.output<z.ZodObject<typeof spawn>>;

// No union at the top: some providers take none.
const input = z
  .strictObject({
    op: z.enum(['spawn', 'parallel_spawn']),
    name: spawn.name.optional(),
    prompt: spawn.prompt.optional(),
    def_id: spawn.def_id,
    spawns: z.array(z.strictObject(spawn)).min(1).max(MAX_SPAWNS).optional().describe('For parallel_spawn'),
  })
  .refine(({ op, spawns, name, prompt }) => (op === 'spawn' ? name !== undefined && prompt !== undefined && !spawns : spawns !== undefined), 'spawn takes name and prompt, parallel_spawn takes spawns');

/** `Agent`: begins other agents and waits for what they say (reference: tools 13.5). */
export const agentTool: RunTool = ownTool({
  name: 'Agent',
  description: 'spawn: Have another agent do something and get its last words.\nparallel_spawn: Have up to 32 agents work side by side and get what each said, in order; the failure of one is its own.',
  input,
  // The call names its children: the second time it finds those that it began.
  repeatable: true,
  async run(asked, { id }, run) {
    const tainted = run.tookUntrusted();
    const begin = (each: Spawn, index: number): Promise<RunRow> =>
      run.child({ agent: each.name, def_id: each.def_id, prompt: each.prompt, untrusted: tainted, call: `${id}:${index}` }, index);
    if (!asked.spawns) return single(await begin({ name: asked.name!, prompt: asked.prompt!, def_id: asked.def_id }, 0));
    const ended = await atMost(run.row.definition.max_concurrent_children ?? DEFAULT_MAX_CHILDREN, asked.spawns, async (each, index) => {
      const [end] = await Promise.allSettled([begin(each, index)]);
      return end!;
    });
    run.signal.throwIfAborted();
    const results = ended.map((end, index) => ({ index, agent: asked.spawns![index]!.name, ...resultOf(end) }));
    return { ...json({ results }), ...untrustedOf(ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))) };
  },
});

function single(child: RunRow): ToolOutput {
  if (child.status === 'completed') return { output: child.final_text ?? '', is_error: false, ...untrustedOf([child]) };
  return { output: `${child.agent} ended as ${child.status} (${child.stop_reason}): ${child.error ?? ''}`, is_error: true };
}

/** What an agent says that took untrusted text may be in that text's words. */
function untrustedOf(children: readonly RunRow[]): { untrusted?: true } {
  return children.some(({ legs }) => legs.includes('untrusted')) ? { untrusted: true } : {};
}

function resultOf(end: PromiseSettledResult<RunRow>): { ok: boolean; output?: string; error?: string } {
  if (end.status === 'rejected') return { ok: false, error: (end.reason as Error).message };
  const { status, stop_reason: reason, final_text: text, error } = end.value;
  return status === 'completed' ? { ok: true, output: text ?? '' } : { ok: false, error: error ?? `${status} (${reason})` };
}
