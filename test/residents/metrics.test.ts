import { afterAll, beforeAll, expect, test } from 'vitest';
import { Probes } from '../support/probe.js';
import { TOKEN } from '../support/server.js';

// What a scraper reads of an agent that was woken at the start, dealt with one event, and failed with the next.

let probes: Probes;
beforeAll(async () => {
  probes = await Probes.start({ probe: { retry: { attempts: 1 } }, other: { paused: true } });
}, 180_000);
afterAll(() => probes.stop());

/** The samples by name and labels. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(`${probes.server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

test('the metrics are what the agents did, by agent, and the time from event to wake of all of them', async () => {
  await probes.until('probe', ({ state, wakes }) => state === 'idle' && wakes === 1);
  const id = await probes.document();
  await probes.chunk(id, 'one');
  await probes.until('probe', ({ state, wakes }) => state === 'idle' && wakes === 2);
  await probes.chunk(id, 'fail');
  const { cursor } = await probes.until('probe', ({ state, dead_letters }) => state === 'idle' && dead_letters === 1);
  const samples = await scrape();
  const of = (name: string, agent: string): number | undefined => samples.get(`loomcycle_resident_${name}{agent="${agent}"}`);
  expect(of('wakes_total', 'probe')).toBe(3);
  expect(of('failures_total', 'probe')).toBe(1);
  expect(of('dead_letters', 'probe')).toBe(1);
  expect(of('cursor', 'probe')).toBe(cursor);
  expect(['in_flight', 'waiting_events', 'lag_seconds', 'restarts'].map((name) => of(name, 'probe'))).toEqual([0, 0, 0, 0]);
  expect(of('wakes_total', 'other')).toBeUndefined();
  expect(of('dead_letters', 'other')).toBe(0);
  const states = ['starting', 'idle', 'working', 'retrying', 'paused', 'waiting'];
  const stateOf = (agent: string): string[] => states.filter((state) => samples.get(`loomcycle_resident_state{agent="${agent}",state="${state}"}`) === 1);
  expect([stateOf('probe'), stateOf('other')]).toEqual([['idle'], ['paused']]);
  expect(samples.get('loomcycle_resident_start_delay_seconds_count')).toBe(2);
  expect(samples.get('loomcycle_resident_start_delay_seconds_bucket{le="+Inf"}')).toBe(2);
  expect(samples.get('loomcycle_resident_start_delay_seconds_sum')).toBeGreaterThan(0);
}, 180_000);
