import { describe, expect, it, vi } from 'vitest';
import { pickModel } from '../../agents/writing/models.js';

const loaded = vi.hoisted(() => [] as string[]);
vi.mock('@ai-sdk/anthropic', async (original) => (loaded.push('anthropic'), original()));
vi.mock('@ai-sdk/openai', async (original) => (loaded.push('openai'), original()));
vi.mock('@ai-sdk/google', async (original) => (loaded.push('google'), original()));
vi.mock('@ai-sdk/openai-compatible', async (original) => (loaded.push('openai-compatible'), original()));

describe('pickModel', () => {
  it('picks none and loads no provider without a key', async () => {
    expect(await pickModel(undefined, {})).toBeUndefined();
    expect(await pickModel(undefined, { OPENAI_API_KEY: '' })).toBeUndefined();
    expect(await pickModel({ provider: 'anthropic' }, { OPENAI_API_KEY: 'k' })).toBeUndefined();
    expect(loaded).toEqual([]);
  });

  it.each([
    [{ ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o', GOOGLE_GENERATIVE_AI_API_KEY: 'g' }, /^anthropic\/./],
    [{ OPENAI_API_KEY: 'o', GOOGLE_GENERATIVE_AI_API_KEY: 'g' }, /^openai\/./],
    [{ GOOGLE_GENERATIVE_AI_API_KEY: 'g' }, /^google\/./],
  ])('lets the first key of %o decide', async (env, name) => {
    expect((await pickModel(undefined, env))?.name).toMatch(name);
  });

  it('follows the settings before the keys', async () => {
    const env = { ANTHROPIC_API_KEY: 'a', GOOGLE_GENERATIVE_AI_API_KEY: 'g' };
    const picked = await pickModel({ provider: 'google', model: 'some-model' }, env);
    expect(picked?.name).toBe('google/some-model');
    expect(picked?.model).toMatchObject({ modelId: 'some-model' });
    expect(loaded).toContain('google');
  });

  it('needs a model and an address, but no key, for a compatible server', async () => {
    const picked = await pickModel({ provider: 'openai-compatible', model: 'm', base_url: 'http://127.0.0.1:1/v1' }, {});
    expect(picked?.name).toBe('openai-compatible/m');
    await expect(pickModel({ provider: 'openai-compatible', model: 'm' }, {})).rejects.toThrow(/base_url/);
  });
});
