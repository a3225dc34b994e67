import type { TextBlock } from '../models/model.js';
import type { RunSkill } from '../runs/protocol.js';
import type { RunRow } from '../runs/types.js';

/** What the model is told before the conversation; the same in every turn of a run, so that providers can keep it. */
export function systemOf({ definition, request }: RunRow, skills: readonly RunSkill[]): TextBlock[] {
  const listed = skills.map(({ name, description }) => `- ${name}: ${description}`).join('\n');
  const texts = [
    definition.system_prompt,
    listed === '' ? '' : `You have these skills. Read one with the tool Skill before you do what it is for:\n${listed}`,
    request.metadata ? `About this run, from whoever began it:\n${JSON.stringify(request.metadata)}` : '',
  ].filter((text) => text.trim() !== '');
  const blocks: TextBlock[] = [...texts.map((text) => ({ type: 'text', text }) as const), ...(request.system ?? [])];
  return blocks.map((block, at) => (at === blocks.length - 1 ? { ...block, cacheable: true } : block));
}
