import { log } from '../../log.js';
import type { Interrupt } from '../../runs/interrupts.js';
import type { ServiceCall } from '../operation.js';

/** Questions that lie with the person who began a run, each until it is answered there or elsewhere. */
export class OpenQuestions {
  private readonly open = new Map<string, { run: string; over: AbortController }>();

  /** @param answered what to do with an answer; it may come too late, and is refused then. */
  put(question: Interrupt, ask: ServiceCall['ask'], answered: (answer: string) => Promise<void>): void {
    const { interrupt_id: id, run_id: run, status } = question;
    if (!ask || status !== 'pending') return;
    const over = new AbortController();
    this.open.set(id, { run, over });
    ask(question, over.signal)
      .then(async (answer) => {
        if (answer !== undefined) await answered(answer);
      })
      .catch((error: unknown) => {
        if (!over.signal.aborted) log('warn', 'a question could not be put to the client', { interrupt: id, error: String(error) });
      })
      .finally(() => this.open.delete(id));
  }

  close(id: string): void {
    this.open.get(id)?.over.abort();
  }

  closeAll(run: string): void {
    for (const each of this.open.values()) if (each.run === run) each.over.abort();
  }
}
