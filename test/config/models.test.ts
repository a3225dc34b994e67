import { expect, test } from 'vitest';
import { modelSettingsOf } from '../../src/config/models-schema.js';
import { configSchema } from '../../src/config/schema.js';
import { Models } from '../../src/models/models.js';

/** What is wrong with a configuration, as `path: message`. */
function problems(config: object): string[] {
  const { error } = configSchema.safeParse(config);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('the settings of models are plain data that another thread can work with', () => {
  const config = configSchema.parse({
    providers: { lab: { kind: 'openai-compatible', base_url: 'http://lab.example:8000/v1', api_key_env: 'LAB_API_KEY', idle_timeout: '5s' } },
    models: { small: { provider: 'lab', model: 'qwen3', price: { input: 1, output: 2 } } },
    tiers: { low: ['small', { provider: 'anthropic', model: 'claude-haiku-4-5' }] },
    defaults: { model: 'small' },
    mock: { scripts: { a: { turns: [{ tool_calls: [{ name: 'Document' }] }] } } },
  });
  const settings = structuredClone(modelSettingsOf(config));
  expect(settings.providers.lab).toMatchObject({ idle_timeout: 5000, first_token_timeout: 120_000, retry_attempts: 4 });
  expect(settings.fallback_on_error).toBe(true);
  const models = new Models(settings, { LAB_API_KEY: 'k' });
  expect(() => models.check({})).not.toThrow();
  expect(models.status().lab).toMatchObject({ kind: 'openai-compatible', circuit: 'closed' });
});

test('names that lead nowhere are found when it loads', () => {
  expect(problems({ models: { a: { provider: 'antropic', model: 'x' } } })).toEqual(['models.a.provider: there is no provider "antropic": did you mean "anthropic"?']);
  expect(problems({ models: { fast: { provider: 'openai', model: 'x' } }, tiers: { low: ['fats'] } })).toEqual(['tiers.low.0: there is no model "fats" in models: did you mean "fast"?']);
  expect(problems({ user_tiers: { free: { provider_priority: ['gogle'] } } })).toEqual([
    'user_tiers.free.provider_priority.0: there is no provider "gogle": did you mean "google"?',
    'user_tiers: needs an entry default, for users without a tier',
  ]);
  expect(problems({ defaults: { provider: 'nobody' } })).toEqual(['defaults.provider: there is no provider "nobody"']);
  expect(problems({ providers: { lab: {} } })).toEqual(['providers.lab.kind: is required: lab is not built in']);
  expect(problems({ providers: { lab: { kind: 'openai-compatible' } } })).toEqual(['providers.lab.base_url: is required for openai-compatible']);
});

test('a key stands in the environment, and only in variables that are meant for keys', () => {
  expect(problems({ providers: { openai: { api_key_env: 'AWS_SECRET' } } })[0]).toMatch(/^providers\.openai\.api_key_env: must begin with LOOMCYCLE_ or end with _API_KEY/);
  expect(problems({ providers: { openai: { api_key: 'sk-1' } } })).not.toEqual([]);
});
