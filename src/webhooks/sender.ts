import { setTimeout as wait } from 'node:timers/promises';
import { log } from '../log.js';
import type { CommitFrame } from '../scope/messages.js';
import { WEBHOOKS_TOPIC } from './definition.js';
import { Slots } from './lane.js';
import type { Claim, Claimed, ClaimedMessage } from './outbox.js';
import type { HttpPoster } from './request.js';
import { ScopeSender } from './scope-sender.js';
import { signature } from './secret.js';
import type { Outcome, Settled } from './settle.js';

export interface SenderOptions {
  readonly poster: HttpPoster;
  /** Requests under way at the same time, of all scopes and of one. */
  readonly maxConnections: number;
  readonly maxConnectionsPerScope: number;
  /** How long who waits for an attempt waits. */
  readonly attemptWaitMs: number;
  /** Secrets of a webhook of yaml. */
  secretsOf(key: string, name: string): readonly string[];
  /** Runs an operation on the webhooks of a scope. Rejects with a Refusal. */
  run(key: string, op: 'claim' | 'settle', input: Record<string, unknown>): Promise<unknown>;
}

/** An outcome that could not be noted is noted again after so long. */
const RETRY_MS = 1000;
/** How long requests under way may take to end when the runtime stops. */
const STOP_MS = 2000;

/**
 * Sends the messages of all scopes, from the main thread, where the network is: no scope waits for a receiver.
 * What is to be sent is known to the scopes alone; what is held here is a copy.
 *
 *   start, an event, a timer ─▶ claim ─▶ lanes, one for each webhook ─▶ POST ─▶ settle ─▶ (room in the lane) claim
 */
export class WebhookSender {
  private readonly scopes = new Map<string, ScopeSender>();
  private readonly slots: Slots;
  private readonly underWay = new Set<Promise<boolean>>();
  private readonly awaited = new Map<string, (outcome: Outcome | undefined) => void>();
  private readonly ended = new AbortController();

  constructor(private readonly options: SenderOptions) {
    this.slots = new Slots(options.maxConnections);
  }

  /** Looks for work in these scopes. */
  poke(keys: Iterable<string>): void {
    for (const key of keys) this.scopeOf(key).poke();
  }

  onFrame(frame: CommitFrame): void {
    const scope = frame.topics.includes(WEBHOOKS_TOPIC) ? this.scopeOf(frame.key) : this.scopes.get(frame.key);
    scope?.onFrame(frame);
  }

  /**
   * The worker of these scopes died: what it committed may not have been told.
   * @param marked keys of scopes that may have webhooks.
   */
  onCrash(ownsScope: (key: string) => boolean, marked: readonly string[]): void {
    this.poke(new Set([...this.scopes.keys(), ...marked].filter(ownsScope)));
  }

  /** How the attempt to send a message ends; undefined where that takes too long. To be asked before the message is claimed. */
  async outcomeOf(message: string): Promise<Outcome | undefined> {
    const timer = new AbortController();
    const settled = new Promise<Outcome | undefined>((resolve) => this.awaited.set(message, resolve));
    const tooLong = wait(this.options.attemptWaitMs, undefined, { signal: timer.signal }).catch(() => undefined);
    try {
      return await Promise.race([settled, tooLong]);
    } finally {
      timer.abort();
      this.awaited.delete(message);
    }
  }

  /** Lets requests under way end, for a while: what does not is sent again after the next start. */
  async stop(): Promise<void> {
    for (const scope of this.scopes.values()) scope.stop();
    const stopped = wait(this.underWay.size === 0 ? 0 : STOP_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.underWay), stopped]);
    this.ended.abort();
    this.options.poster.close();
    await Promise.all(this.underWay);
    for (const resolve of this.awaited.values()) resolve(undefined);
  }

  private scopeOf(key: string): ScopeSender {
    let scope = this.scopes.get(key);
    if (!scope) {
      const share = new Slots(this.options.maxConnectionsPerScope);
      scope = new ScopeSender(key, {
        within: (work) => share.within(() => this.slots.within(work)),
        deliver: (webhook, message) => this.track(this.deliver(key, webhook, message)),
        claim: async (held) => (await this.options.run(key, 'claim', { held })) as Claim,
        onNone: () => this.scopes.delete(key),
      });
      this.scopes.set(key, scope);
    }
    return scope;
  }

  private async track(work: Promise<boolean>): Promise<boolean> {
    this.underWay.add(work);
    try {
      return await work;
    } finally {
      this.underWay.delete(work);
    }
  }

  /** One attempt. */
  private async deliver(key: string, webhook: Claimed, message: ClaimedMessage): Promise<boolean> {
    const secrets = webhook.secrets.length > 0 ? webhook.secrets : this.options.secretsOf(key, webhook.name);
    const outcome = secrets.length === 0 ? unsigned() : await this.post(webhook, message, secrets);
    if (this.ended.signal.aborted) return false;
    const settled = await this.settle(key, { webhook: webhook.id, message: message.id, attempt: message.attempt, outcome });
    this.awaited.get(message.id)?.(outcome);
    return settled.go;
  }

  private post({ url, headers }: Claimed, { id, body }: ClaimedMessage, secrets: readonly string[]): Promise<Outcome> {
    const timestamp = Math.floor(Date.now() / 1000);
    const signed = {
      ...headers,
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature(id, timestamp, body, secrets),
    };
    return this.options.poster.post({ url, headers: signed, body });
  }

  /** Tells the scope, until it has heard: a message of which it has not would be sent again. */
  private async settle(key: string, input: Record<string, unknown>): Promise<Settled> {
    for (;;) {
      try {
        return (await this.options.run(key, 'settle', input)) as Settled;
      } catch (error) {
        log('warn', 'how an attempt of a webhook ended could not be noted, and is tried again', { scope: key, error: String(error) });
        await wait(RETRY_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
        if (this.ended.signal.aborted) return { go: false };
      }
    }
  }
}

function unsigned(): Outcome {
  return { at: Date.now(), duration_ms: 0, error: 'there is no secret to sign with' };
}
