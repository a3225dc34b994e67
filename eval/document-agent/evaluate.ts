import { countUp, type Evaluation, type Marks, type Outcome } from '../counts.js';
import { callsOf } from './calls.js';
import type { DocumentCase, Person } from './case.js';
import { CASES } from './cases/index.js';
import { inventionsOf, marksOf, marksReachModel, refusalsRight, type Observed } from './checks.js';
import { ModelServer, type Prompt } from './model-server.js';
import { EvaluatedRuntime, type User } from './runtime.js';
import { Seen } from './seen.js';
import { outlineOf, stateOf, watchChanges } from './state.js';

/** Runs every case: the agent as its bundle declares it, in the runtime as it ships, on documents of its own. */
export async function evaluateDocumentAgent(cases: readonly DocumentCase[] = CASES): Promise<Evaluation> {
  const models = await ModelServer.start();
  try {
    const runtime = await EvaluatedRuntime.start(cases.map((_, at) => `case-${at + 1}`), models.url);
    try {
      const outcomes: Outcome[] = [];
      for (const [at, each] of cases.entries()) outcomes.push(outcomeOf(await observe(each, runtime.user(`case-${at + 1}`), models)));
      return countUp('document agent', outcomes);
    } finally {
      await runtime.stop();
    }
  } finally {
    await models.stop();
  }
}

async function observe(each: DocumentCase, user: User, models: ModelServer): Promise<Observed> {
  const { documents, shared, request, pasted, prepare = [], steps, endless } = each;
  for (const { op, ...input } of prepare) await user.call('document', op, input);
  if (shared !== undefined) await user.call('document', 'import_md', { markdown: shared, scope: 'tenant' });
  const ids: string[] = [];
  for (const markdown of documents) ids.push((await user.call<{ document_id: string }>('document', 'import_md', { markdown })).document_id);

  const before = await stateOf(user);
  const changes = await watchChanges(user);
  const prompts: Prompt[] = [];
  const written: string[] = [];
  const person = personOf(user, ids[0]!, written);
  models.play(async (prompt) => {
    const step = steps[prompts.length] ?? (endless === true ? steps.at(-1) : undefined);
    prompts.push(prompt);
    if (!step) throw new Error(`the script has ${steps.length} turns, and was asked for one more`);
    return step(new Seen(prompt), person);
  });
  const run = await user.call<Observed['run'] & { session_id: string }>('run', 'spawn', {
    agent: 'doc-manager',
    metadata: { document_id: ids[0], title: before.chunks[0]!.title, scope: 'user' },
    segments: [
      ...(pasted === undefined ? [] : [{ role: 'user', content: [{ type: 'untrusted-block', text: pasted, kind: 'mail' }] }]),
      { role: 'user', content: [{ type: 'trusted-text', text: request }] },
    ],
  });
  return { case: each, before, after: await stateOf(user), changes: await changes(), calls: await callsOf(user, run.session_id), prompts, person: written, run: { ...run, final_text: run.final_text ?? '' } };
}

function personOf(user: User, documentId: string, written: string[]): Person {
  return {
    async edit(title, patch) {
      const { chunks } = await user.call<{ chunks: { id: string; revision: number }[] }>('document', 'query_chunks', { document_id: documentId, title });
      const { id, revision } = chunks[0]!;
      await user.call('document', 'update_chunk', { id, revision, ...patch });
      written.push(...Object.values(patch).map(String));
    },
  };
}

function outcomeOf(seen: Observed): Outcome {
  const { name, misdeeds } = seen.case;
  const checked = marksOf(seen);
  const wrong = Object.entries(checked).flatMap(([mark, right]) => (right === false ? [mark] : []));
  const asMeant = misdeeds === undefined ? undefined : JSON.stringify([...misdeeds].sort()) === JSON.stringify([...wrong].sort());
  const marks: Marks = {
    // What a script is to get wrong is asked for as a whole, below.
    ...Object.fromEntries(Object.entries(checked).map(([mark, right]) => [mark, misdeeds?.some((each) => each === mark) ? undefined : right])),
    'refusals right': refusalsRight(seen),
    'marks reach it': marksReachModel(seen),
    'misdeed caught': asMeant,
  };
  const found = wrong.length === 0 ? '' : `\n\nwrong: ${wrong.join(', ')}`;
  const invented = inventionsOf(seen).map((message) => `\n${message}`).join('');
  return { name, marks, text: `${seen.run.usage.turns} turns, ${seen.calls.length} calls, ended by ${seen.run.stop_reason}\n\n${outlineOf(seen.after).join('\n')}\n\n${seen.run.final_text}${found}${invented}` };
}
