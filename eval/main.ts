import { evaluateDocumentAgent } from './document-agent/evaluate.js';
import { evaluateDrafter } from './drafter/evaluate.js';
import { misses, reached, THRESHOLD } from './counts.js';
import { evaluateReporter } from './reporter/evaluate.js';

// `npm run eval`: runs every evaluation set, without a network, and tells what was right of how many.
// With `--texts`, what was written, too.
const evaluations = [await evaluateDrafter(), await evaluateReporter(), await evaluateDocumentAgent()];
const lines = evaluations.flatMap((evaluation) => [
  `${evaluation.name}: ${evaluation.outcomes.length} cases`,
  ...Object.entries(evaluation.counts).map(([what, { right, of }]) => `  ${what.padEnd(20)} ${String(right).padStart(3)} of ${of}`),
  ...misses(evaluation).map((miss) => `  missed: ${miss}`),
  ...(process.argv.includes('--texts') ? evaluation.outcomes.map(({ name, text }) => `\n== ${name}\n${text}\n`) : []),
]);
const failed = evaluations.filter((evaluation) => !reached(evaluation)).map(({ name }) => name);
lines.push(failed.length === 0 ? `every count reaches ${THRESHOLD * 100} %` : `below ${THRESHOLD * 100} %: ${failed.join(', ')}`);
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
