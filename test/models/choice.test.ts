import { expect, test } from 'vitest';
import { nameOf, planOf } from '../../src/models/candidates.js';
import type { ModelChoice } from '../../src/models/model.js';
import { Models } from '../../src/models/models.js';
import type { ModelSettings } from '../../src/models/settings.js';
import { NO_SETTINGS } from './fake-provider.js';

const SETTINGS: ModelSettings = {
  ...NO_SETTINGS,
  models: { fast: { provider: 'anthropic', model: 'claude-haiku-4-5', max_context_tokens: 200_000 } },
  tiers: { low: ['fast', { provider: 'openai', model: 'gpt-5-mini' }], high: [{ provider: 'anthropic', model: 'claude-opus-5' }] },
  user_tiers: { default: {}, free: { tiers: { high: ['fast'] }, provider_priority: ['openai'] } },
  provider_priority: ['gemini', 'anthropic'],
  defaults: { provider: 'anthropic', model: 'claude-sonnet-4-5' },
};

function candidates(choice: ModelChoice, settings = SETTINGS): string[] {
  return planOf(choice, settings).candidates.map(nameOf);
}

test('a model is named by an alias, or with its provider; without either the default is meant', () => {
  expect(candidates({ model: 'fast' })).toEqual(['anthropic/claude-haiku-4-5']);
  expect(candidates({ provider: 'openai', model: 'gpt-5' })).toEqual(['openai/gpt-5']);
  expect(candidates({ model: 'claude-opus-5' }), 'of the default provider').toEqual(['anthropic/claude-opus-5']);
  expect(candidates({ provider: 'anthropic' })).toEqual(['anthropic/claude-sonnet-4-5']);
  expect(candidates({})).toEqual(['anthropic/claude-sonnet-4-5']);
  expect(candidates({}, { ...SETTINGS, defaults: { tier: 'high' } })).toEqual(['anthropic/claude-opus-5']);
  expect(candidates({}, NO_SETTINGS)).toEqual(['offline/offline']);
});

test('what an alias says of a model holds however the model is named', () => {
  const [named] = planOf({ provider: 'anthropic', model: 'claude-haiku-4-5' }, SETTINGS).candidates;
  expect(named).toMatchObject({ max_context_tokens: 200_000 });
});

test('the candidates of a tier are in the order of the provider priority; a tier of users has its own', () => {
  expect(candidates({ tier: 'low' })).toEqual(['anthropic/claude-haiku-4-5', 'openai/gpt-5-mini']);
  expect(candidates({ tier: 'low', user_tier: 'free' })).toEqual(['openai/gpt-5-mini', 'anthropic/claude-haiku-4-5']);
  expect(candidates({ tier: 'high', user_tier: 'free' }), 'bounded to what the tier of users lists').toEqual(['anthropic/claude-haiku-4-5']);
});

test('what is not there is refused, with the name that was meant', () => {
  const refused = (choice: ModelChoice, settings = SETTINGS) => {
    try {
      planOf(choice, settings);
    } catch (error) {
      return error;
    }
    throw new Error('it was not refused');
  };
  expect(refused({ provider: 'antropic', model: 'x' })).toMatchObject({ reason: 'invalid_input', message: 'provider: there is no "antropic": did you mean "anthropic"? Declare it in providers.' });
  expect(refused({ tier: 'hihg' })).toMatchObject({ message: 'tier: there is no "hihg": did you mean "high"? Declare it in tiers.' });
  expect(refused({ tier: 'low', user_tier: 'gold' })).toMatchObject({ message: 'user_tier: there is no "gold". Declare it in user_tiers.' });
  expect(refused({ model: 'fats' }, { ...SETTINGS, defaults: {} })).toMatchObject({ message: 'model: there is no "fats": did you mean "fast"? Name its provider, too, or declare an alias in models.' });
  expect(refused({ provider: 'openai' })).toMatchObject({ message: 'model: openai needs one, as its API names it or by an alias from models' });
  expect(refused({ tier: 'constructor' })).toMatchObject({ reason: 'invalid_input' });
});

test('a run does not begin where no candidate has a key, and the error says which variable to set', () => {
  const models = new Models(SETTINGS, {});
  expect(() => models.check({ tier: 'low' })).toThrowError('no model can be used: anthropic has no key: set ANTHROPIC_API_KEY; openai has no key: set OPENAI_API_KEY');
  expect(() => models.check({ provider: 'mock', model: 'x' })).toThrowError('model: there is no "x"');
  expect(() => models.check({ provider: 'anthropic-oauth-dev', model: 'x' })).toThrowError('this runtime does not speak to anthropic-oauth-dev');
  expect(() => new Models(SETTINGS, { OPENAI_API_KEY: 'k' }).check({ tier: 'low' })).not.toThrow();
  expect(() => new Models(NO_SETTINGS, {}).check({ provider: 'ollama-local', model: 'llama3.2' })).not.toThrow();
});

test('an effort that there is not is refused', async () => {
  const request = { choice: { provider: 'offline' }, system: [], messages: [], tools: [], effort: 'hihg' };
  await expect(new Models(NO_SETTINGS, {}).turn(request, () => undefined, new AbortController().signal)).rejects.toMatchObject({ reason: 'invalid_input' });
});

test('status tells of each provider that is configured, and what it lacks', () => {
  expect(new Models(SETTINGS, { ANTHROPIC_API_KEY: 'k' }).status()).toEqual({
    anthropic: { kind: 'anthropic', circuit: 'closed', wait_ms: 0, in_flight: 0 },
    openai: { kind: 'openai', circuit: 'closed', wait_ms: 0, in_flight: 0, missing: 'openai has no key: set OPENAI_API_KEY' },
  });
});
