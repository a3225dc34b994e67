import { Refusal } from '../../errors.js';
import type { Leg } from '../../runs/types.js';

const NAMES: Readonly<Record<Leg, string>> = {
  private: 'read private documents or memory',
  untrusted: 'taken untrusted text',
  outward: 'sent something outward',
};

/** The legs of one run and of those that it began: a set that only grows. */
export class Trifecta {
  private readonly legs: Set<Leg>;

  constructor(
    private readonly allowed: boolean,
    legs: Iterable<Leg> = [],
  ) {
    this.legs = new Set(legs);
  }

  /** @throws Refusal `forbidden` where these would be the last of the three, and the operator did not allow that. */
  require(legs: readonly Leg[]): void {
    const all = new Set([...this.legs, ...legs]);
    if (this.allowed || all.size < 3) return;
    const before = [...this.legs].map((leg) => NAMES[leg]).join(' and ');
    throw new Refusal(
      'forbidden',
      `refused, since this run has ${before || 'nothing'} and this would complete: private data, untrusted text and sending outward in one run. Do this part in a run of its own, or have the operator declare allow_trifecta for the agent`,
      { legs: [...all] },
    );
  }

  add(legs: Iterable<Leg>): void {
    for (const leg of legs) this.legs.add(leg);
  }

  get all(): readonly Leg[] {
    return [...this.legs];
  }
}
