import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ADMIN, person, Reloading, tokenOf } from '../support/reloading.js';

let reloading: Reloading;
afterEach(() => reloading.stop());

test('an agent that cannot be started: 503 names it, the rest is in effect, and a reload once it is mended starts it', async () => {
  reloading = await Reloading.start();
  const users = path.join(reloading.files.home, 'data/sqlmem/default/user');
  mkdirSync(users, { recursive: true });
  writeFileSync(path.join(users, 'kim.db'), 'This is no database, and long enough to be taken for a broken one. '.repeat(20));
  const agent = { resident: true, code: 'reporter', principal: 'kim', subscribe: [{ scope: 'user', topic: 'documents/*/chunks' }] };
  reloading.write({ principals: { denn: ADMIN, kim: person('kim') }, agents: { weekly: agent } }, { kim: tokenOf('kim') });
  expect(await reloading.post()).toMatchObject({ status: 503, body: { reason: 'unavailable', data: { failed: ['weekly'], changed: ['+ principals.kim', '+ agents.weekly'] } } });
  expect(await reloading.me(tokenOf('kim'))).toBe(200);

  rmSync(path.join(users, 'kim.db'));
  expect(await reloading.post()).toMatchObject({ status: 200 });
  const { body } = await reloading.server.get<{ residents: { name: string; state: string }[] }>('/v1/_residents');
  expect(body.residents).toMatchObject([{ name: 'weekly' }]);
});
