import { Refusal } from '../../src/errors.js';
import { log } from '../../src/log.js';
import type { Turn } from '../../src/models/model.js';
import type { ResidentContext } from '../../src/residents/protocol.js';

/** What an agent used of models on a day (UTC), under the Memory key `usage/<agent>/<YYYY-MM-DD>`. */
export interface DayUsage {
  turns: number;
  input_tokens: number;
  output_tokens: number;
  /** US dollars, of the turns whose price is known. */
  cost_usd: number;
  /** Turns by `provider/model`. */
  models: Record<string, number>;
}

const MAX_CONFLICTS = 8;

/**
 * Adds a turn to the usage of the day, as soon as it is taken: what comes of it does not matter. An agent that may
 * not write memory works on; the log has its usage all the same.
 */
export async function recordUsage(context: Pick<ResidentContext, 'name' | 'scope' | 'now' | 'call'>, turn: Turn): Promise<void> {
  const { name: agent, scope, now } = context;
  const { input_tokens, output_tokens } = turn.usage;
  const model = `${turn.provider}/${turn.model}`;
  log('info', 'an agent used a model', { agent, model, input_tokens, output_tokens, cost_usd: turn.cost_usd });
  const key = `usage/${agent}/${now().toISOString().slice(0, 10)}`;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    try {
      const { value, revision } = await context.call<{ value: DayUsage | null; revision: number }>('memory', { op: 'get', scope, key });
      const sum: DayUsage = {
        turns: (value?.turns ?? 0) + 1,
        input_tokens: (value?.input_tokens ?? 0) + input_tokens,
        output_tokens: (value?.output_tokens ?? 0) + output_tokens,
        cost_usd: (value?.cost_usd ?? 0) + (turn.cost_usd ?? 0),
        models: { ...value?.models, [model]: (value?.models[model] ?? 0) + 1 },
      };
      await context.call('memory', { op: 'set', scope, key, value: sum, if_revision: revision });
      return;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.reason === 'revision_conflict') continue;
      log('warn', 'usage could not be written to memory', { agent, key, error: error.message });
      return;
    }
  }
}
