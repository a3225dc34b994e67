import { findOperation } from '../../src/operations/registry.js';
import { TestScope } from './scope.js';

/** A scope file whose document ops run right here, each in a commit of its own: for properties over many runs. */
export class DirectScope extends TestScope {
  constructor() {
    super();
    this.tx.author = { actor: 'denn', agent: null, transport: 'runtime' };
  }

  /** Calls a document op; each call has a millisecond of its own. */
  document<Result>(op: string, input: Record<string, unknown> = {}): Result {
    const operation = findOperation('document', op);
    if (operation.runs !== 'scope') throw new Error(`${op} does not run in a scope`);
    const { ends } = this.tx;
    try {
      const answer = this.batch((tx) => tx.atomically(true, () => operation.execute(tx, { op, ...input })));
      return JSON.parse(JSON.stringify(answer)) as Result;
    } catch (error) {
      this.db.rollback();
      this.tx.restart(ends);
      throw error;
    }
  }
}
