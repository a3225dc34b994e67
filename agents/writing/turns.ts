import { Refusal } from '../../src/errors.js';
import { log } from '../../src/log.js';
import type { ModelChoice, TurnEvent, TurnTaker } from '../../src/models/model.js';
import type { ResidentContext } from '../../src/residents/protocol.js';
import { SettingsError } from './settings.js';

/**
 * The models of the configuration, for an agent that writes through one: what its providers fail with goes to the log.
 *
 * @throws SettingsError where no model can be meant by the choice or none has a key
 */
export async function openTurns({ name, models }: Pick<ResidentContext, 'name' | 'models'>, choice: ModelChoice): Promise<TurnTaker> {
  try {
    await models.check(choice);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Providers that are left alone for a while are back when there is something to write.
    if (error.data?.retry_after === undefined) throw new SettingsError(`agents.${name}.settings.model: ${error.message}`);
  }
  return {
    turn(request, emit, signal) {
      const told = (event: TurnEvent): void => {
        if (event.type === 'retry') log('warn', 'a model is asked again', { agent: name, ...event.retry });
        if (event.type === 'provider_fallback') log('warn', 'another model takes a turn', { agent: name, ...event.fallback });
        emit(event);
      };
      return models.turn(request, told, signal);
    },
  };
}
