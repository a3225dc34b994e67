import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeDueAlarms } from '../../src/scope/alarms.js';
import { DEFAULT_SETTINGS } from '../../src/scope/settings.js';
import type { OperationExecutor } from '../../src/scope/actor.js';
import { ScopeHost } from '../../src/scope/host.js';
import type { ScopeCall } from '../../src/scope/messages.js';

// What a scope has to do at a time is done then, also when nobody calls meanwhile and after a restart.

const KEY = 'default/user/denn';
const START = Date.now();

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'loomcycle-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const executor: OperationExecutor = {
  writes: () => true,
  runsLast: () => false,
  execute(tx, { op, input }) {
    if (op === 'set') tx.alarmBy('work', BigInt(input) * 1_000_000n);
    if (op === 'fire') {
      tx.alarmsChanged = true;
      return takeDueAlarms(tx.db, tx.at).join();
    }
    return '';
  },
};

function host(onAlarm: (call: ScopeCall) => void = () => undefined): ScopeHost {
  return new ScopeHost({ dataDir, synchronous: 'OFF', settings: DEFAULT_SETTINGS, idleMs: 10, executor, onAlarm });
}

function call(op: string, input = ''): ScopeCall {
  return { id: 1, key: KEY, tool: 'test', op, input, author: { actor: 'denn', agent: null, transport: 'http' }, cursor: null };
}

const marker = (): boolean => existsSync(path.join(dataDir, 'alarms', KEY.replaceAll('/', '@')));

async function rings(make: (onAlarm: (call: ScopeCall) => void) => Promise<ScopeHost>): Promise<{ host: ScopeHost; call: ScopeCall }> {
  let ring: (call: ScopeCall) => void;
  const rung = new Promise<ScopeCall>((resolve) => (ring = resolve));
  const made = await make((call) => ring(call));
  return { host: made, call: await rung };
}

test('it rings at its time, and once it is done there is nothing left of it', async () => {
  const { host: running, call: fire } = await rings(async (onAlarm) => {
    const made = host(onAlarm);
    await made.drain([call('set', String(START + 30))], START);
    expect(marker()).toBe(true);
    return made;
  });
  expect([fire.tool, fire.op, fire.key]).toEqual(['_alarm', 'fire', KEY]);
  expect(Date.now()).toBeGreaterThanOrEqual(START + 30);
  const { replies } = await running.drain([fire], Date.now());
  expect(replies[0]!.json).toBe('work');
  expect(marker()).toBe(false);
  running.close();
});

test('the earliest of several times counts', async () => {
  const { host: running } = await rings(async (onAlarm) => {
    const made = host(onAlarm);
    await made.drain([call('set', String(START + 3_600_000)), call('set', String(START + 20)), call('set', String(START + 7_200_000))], START);
    return made;
  });
  expect((await running.drain([call('fire')], Date.now())).replies[0]!.json).toBe('work');
  running.close();
});

test('it rings for a scope that was closed meanwhile', async () => {
  const { host: running } = await rings(async (onAlarm) => {
    const made = host(onAlarm);
    await made.drain([call('set', String(START + 40))], START);
    made.closeIdle(START + 100);
    return made;
  });
  expect((await running.drain([call('fire')], Date.now())).replies[0]!.json).toBe('work');
  running.close();
});

test('one that passed while nothing ran is found by its marker and done', async () => {
  const before = host();
  await before.drain([call('set', String(START - 1000))], START);
  before.close();
  expect(readdirSync(path.join(dataDir, 'alarms'))).toEqual([KEY.replaceAll('/', '@')]);
  const after = host();
  expect((await after.drain([call('fire')], START)).replies[0]!.json).toBe('work');
  expect(marker()).toBe(false);
  after.close();
});

test('a marker without an alarm goes away', async () => {
  const before = host();
  await before.drain([call('set', String(START - 1000))], START);
  await before.drain([call('fire')], START);
  before.close();
  expect(marker()).toBe(false);
  const after = host();
  await after.drain([call('fire')], START);
  expect(marker()).toBe(false);
  after.close();
});
