import type { TurnTaker } from '../../src/models/model.js';
import { turnsOf } from './ai-sdk.js';
import { pickModel } from './models.js';
import type { ModelSettings } from './settings.js';

/**
 * Opens the model that the settings and the environment allow.
 * @returns undefined where there is none: then the agent writes by itself
 */
export async function openTurns(settings: ModelSettings | undefined, env: NodeJS.ProcessEnv): Promise<TurnTaker | undefined> {
  const picked = await pickModel(settings, env);
  return picked && turnsOf(picked.model, picked.name);
}
