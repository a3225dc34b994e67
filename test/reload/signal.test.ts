import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN, person, Reloading, tokenOf } from '../support/reloading.js';
import { TOKEN } from '../support/server.js';

let reloading: Reloading;
beforeEach(async () => {
  reloading = await Reloading.start();
});
afterEach(() => reloading.stop());

/** Sends SIGHUP and waits until the log says how that ended. */
async function hangUp(ending: string): Promise<void> {
  const { child } = reloading.server;
  const already = reloading.server.log.split(ending).length;
  child.kill('SIGHUP');
  while (reloading.server.log.split(ending).length === already) await once(child.stderr!, 'data');
}

test('SIGHUP reads the same files again; what is wrong is logged, and the server goes on with what it has', async () => {
  reloading.write({ principals: { denn: ADMIN, kim: person('kim') } }, { kim: tokenOf('kim') });
  expect(await reloading.me(tokenOf('kim'))).toBe(401);
  await hangUp('"changed":["+ principals.kim"]');
  expect(await reloading.me(tokenOf('kim'))).toBe(200);

  reloading.files.write('loomcycle.yaml', 'storage:\n  workerz: 1\n');
  await hangUp('SIGHUP: the configuration could not be brought into effect');
  expect(reloading.server.log).toContain('loomcycle.yaml:2:3');
  expect(await reloading.me(tokenOf('kim'))).toBe(200);

  reloading.write({});
  await hangUp('"changed":["- principals.kim"]');
  expect([await reloading.me(tokenOf('kim')), await reloading.me(TOKEN)]).toEqual([401, 200]);
});
