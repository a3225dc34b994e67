import type { Interrupt } from '../../runs/interrupts.js';
import type { Asker, Asking } from './asking.js';

/** Puts a question of a run to the person at the client. @returns the answer; undefined where the person gave none. */
export async function putQuestion(asking: Asking, asker: Asker, { question, options, agent_name: agent }: Interrupt, over: AbortSignal): Promise<string | undefined> {
  const answer = { type: 'string', title: 'Answer', ...(options.length > 0 ? { enum: [...options] } : { minLength: 1 }) } as const;
  const { action, content } = await asking.elicit(
    asker,
    { message: `${agent} asks: ${question}`, requestedSchema: { type: 'object', properties: { answer }, required: ['answer'] } },
    over,
  );
  return action === 'accept' && typeof content?.answer === 'string' ? content.answer : undefined;
}
