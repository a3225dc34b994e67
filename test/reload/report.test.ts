import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN, person, Reloading, tokenOf } from '../support/reloading.js';

let reloading: Reloading;
beforeEach(async () => {
  reloading = await Reloading.start({ storage: { workers: 1 } });
});
afterEach(() => reloading.stop());

test('what needs a restart is named until the restart, beside what took effect', async () => {
  const config = {
    storage: { workers: 2 },
    server: { public_url: 'https://loom.example' },
    log: { max_events: 9 },
    seed: { plan: { principal: 'denn' } },
    channels: { jobs: { scope: 'user' } },
  };
  const needs_restart = ['storage.workers', 'log.max_events', 'server.public_url'];
  expect(await reloading.apply(config)).toEqual({ changed: ['+ channels.jobs'], needs_restart, unchanged: false });
  expect(await reloading.apply(config)).toEqual({ changed: [], needs_restart, unchanged: false });
  expect(reloading.server.log).toContain('"needs_restart":["storage.workers","log.max_events","server.public_url"]');
  expect(await reloading.apply({ storage: { workers: 1 }, channels: config.channels })).toEqual({ changed: [], needs_restart: [], unchanged: true });
});

test('an included file and the defaults are parts of the configuration like all others', async () => {
  reloading.files.write('bundle.yaml', 'channels: { news: { scope: user } }\n');
  const { changed } = await reloading.apply({ include: ['bundle.yaml'], storage: { workers: 1 } });
  expect(changed).toEqual(['+ channels.news']);
  reloading.files.write('bundle.yaml', 'channels: { mail: { scope: user } }\n');
  expect((await reloading.post()).body.changed).toEqual(['- channels.news', '+ channels.mail']);
});

test('reloads that come at once run one after the other, and the files as they are last are in effect', async () => {
  reloading.write({ storage: { workers: 1 }, principals: { denn: ADMIN, kim: person('kim') } }, { kim: tokenOf('kim') });
  const answers = await Promise.all(Array.from({ length: 8 }, () => reloading.post()));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(answers.map(({ body }) => body.changed).filter((changed) => changed.length > 0)).toEqual([['+ principals.kim']]);
  expect(await reloading.me(tokenOf('kim'))).toBe(200);
});

test('models wait for the restart, blocks that are no mapping among them', async () => {
  const config = {
    storage: { workers: 1 },
    providers: { lab: { kind: 'openai-compatible', base_url: 'http://127.0.0.1:1/v1' } },
    provider_priority: ['lab'],
    fallback_on_error: false,
  };
  const { needs_restart } = await reloading.apply(config);
  expect(needs_restart.toSorted()).toEqual(['fallback_on_error', 'provider_priority', 'providers.lab']);
});
