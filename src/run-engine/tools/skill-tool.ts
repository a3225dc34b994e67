import { z } from 'zod';
import { Refusal } from '../../errors.js';
import { ownTool } from './own-tool.js';

/** `Skill`: reads what a skill of the agent says. */
export const skillTool = ownTool({
  name: 'Skill',
  description: 'Read one of your skills: how to do what it is for.',
  input: z.strictObject({ name: z.string().describe('Name of the skill') }),
  repeatable: true,
  async run({ name }, _call, { skills }) {
    const skill = skills.find((each) => each.name === name);
    if (!skill) throw new Refusal('not_found', `you have no skill ${JSON.stringify(name)}; you have ${skills.map((each) => each.name).join(', ') || 'none'}`, { name });
    return { output: skill.body, is_error: false };
  },
});
