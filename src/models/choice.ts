import type { AgentDefinition } from '../definitions/agent-definition.js';
import type { ModelChoice } from './model.js';

/** What an agent asks for, for a user of this tier. */
export function choiceOf({ provider, model, tier }: AgentDefinition, userTier: string | undefined): ModelChoice {
  return Object.fromEntries(Object.entries({ provider, model, tier, user_tier: userTier }).filter(([, value]) => value !== undefined));
}
