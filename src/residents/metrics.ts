import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ResidentState } from './protocol.js';
import type { ResidentReport } from './running.js';

const STATES: readonly ResidentState['state'][] = ['starting', 'idle', 'working', 'retrying', 'paused', 'waiting'];
const GAUGES: Readonly<Record<string, readonly [help: string, of: (report: ResidentReport) => number]>> = {
  loomcycle_resident_in_flight: ['Wakes that run now', ({ in_flight }) => in_flight],
  loomcycle_resident_waiting_events: ['Events that were read and are not dealt with', ({ waiting_events }) => waiting_events],
  loomcycle_resident_lag_seconds: ['Age of the oldest of them', ({ waiting_since: since }) => (since === null ? 0 : Math.max(0, Date.now() - since) / 1000)],
  loomcycle_resident_cursor: ['Seq up to which its subscriptions are dealt with', ({ cursor }) => cursor],
  loomcycle_resident_dead_letters: ['Wakes that failed too often and are kept', ({ dead_letters }) => dead_letters],
  loomcycle_resident_restarts: ['How often it was started anew after a crash', ({ restarts }) => restarts],
};

/** What is measured of resident agents, in the words of Prometheus. */
export class ResidentMetrics {
  private readonly registry = new Registry();
  private readonly wakes: Counter<'agent'>;
  private readonly failures: Counter<'agent'>;
  private readonly delay: Histogram;

  constructor(reports: () => readonly ResidentReport[]) {
    const registers = [this.registry];
    this.wakes = new Counter({ name: 'loomcycle_resident_wakes_total', help: 'Wakes that began, each attempt counted', labelNames: ['agent'], registers });
    this.failures = new Counter({ name: 'loomcycle_resident_failures_total', help: 'Wakes that failed', labelNames: ['agent'], registers });
    this.delay = new Histogram({
      name: 'loomcycle_resident_start_delay_seconds',
      help: 'From an event to the start of the wake that brings it, of all agents',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    });
    for (const [name, [help, of]] of Object.entries(GAUGES)) {
      new Gauge({
        name,
        help,
        labelNames: ['agent'],
        registers,
        collect() {
          // Agents that are gone are gone from here.
          this.reset();
          for (const report of reports()) this.set({ agent: report.name }, of(report));
        },
      });
    }
    new Gauge({
      name: 'loomcycle_resident_state',
      help: '1 for the state that it is in',
      labelNames: ['agent', 'state'],
      registers,
      collect() {
        this.reset();
        for (const { name, state } of reports()) for (const each of STATES) this.set({ agent: name, state: each }, Number(each === state));
      },
    });
  }

  /** A resident has told what it did; both are counted from its start. */
  counted({ name, wakes, failures }: ResidentReport, now: ResidentState): void {
    if (now.wakes > wakes) this.wakes.inc({ agent: name }, now.wakes - wakes);
    if (now.failures > failures) this.failures.inc({ agent: name }, now.failures - failures);
  }

  started(delayMs: number): void {
    this.delay.observe(delayMs / 1000);
  }

  /** Everything, as text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
