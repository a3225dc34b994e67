import { digestOf, renderDigest } from '../../agents/reporter/digest.js';
import { plainProse, proseProblems, writeProse } from '../../agents/reporter/prose.js';
import { weekOf } from '../../agents/reporter/week.js';
import { RulesBroken } from '../../agents/writing/checked.js';
import { countUp, type Evaluation, type Outcome } from '../counts.js';
import { ScriptedModel } from '../scripted.js';
import { CASES, TODAY, type ReporterCase } from './cases.js';

/** Writes the digest of every case, through the code that writes it in production. */
export async function evaluateReporter(): Promise<Evaluation> {
  return countUp('reporter', await Promise.all(CASES.map(outcomeOf)));
}

async function outcomeOf(each: ReporterCase): Promise<Outcome> {
  const { publications, answers, figures, never = [], problems = [] } = each;
  const digest = digestOf(publications, weekOf(new Date(`${TODAY}T12:00:00Z`)), TODAY, { 'approved → posted': 2 });
  const taker = new ScriptedModel(answers ?? []);
  let refused = '';
  const signal = new AbortController().signal;
  const byModel = !answers
    ? undefined
    : await writeProse(digest, { taker, choice: {}, signal }).catch((error: unknown) => {
        if (!(error instanceof RulesBroken)) throw error;
        refused = error.message;
        return undefined;
      });
  const prose = byModel ?? plainProse(digest);
  const body = renderDigest(digest, prose);
  const told = `${taker.told}\n${refused}`;
  const last = answers?.at(-1);
  const { shipped, queued, late, next, engagement = {} } = figures;
  return {
    name: each.name,
    marks: {
      'figures right':
        digest.shipped.length === shipped && digest.queued.length === queued && digest.late.length === late && digest.next.length === next && JSON.stringify(digest.engagement) === JSON.stringify(engagement),
      'figures shown': body.includes(`${shipped} shipped, ${queued} queued, ${late} late.`) && Object.entries(engagement).every(([name, sum]) => body.includes(`- ${name}: ${sum}`)),
      'table adds up': digest.table.reduce((sum, { all }) => sum + all, 0) === publications.length,
      'nothing invented': !never.some((part) => (answers ? prose : body).includes(part)) && (prose === '' || proseProblems(prose, digest).length === 0),
      'writer right': (byModel === undefined ? 'plain' : 'model') === each.prose && (byModel === undefined || (typeof last === 'object' && byModel === last.text)),
      'faults told': answers && problems.every((problem) => told.includes(problem)),
      'no needless repair': answers && taker.requests.length === answers.length,
    },
    text: `${answers ? `${taker.requests.length} turns` : 'no turn, fixed words'}\n\n${body}`,
  };
}
