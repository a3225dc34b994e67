import { Link } from 'wouter';
import { Header } from '../app/Header.js';
import { EmptyState, LoadError, Skeleton } from '../ui/EmptyState.js';
import { usePageTitle } from '../ui/usePageTitle.js';
import { QuestionCard } from './QuestionCard.js';
import { useInterrupts } from './useRuns.js';

/** What agents ask the user: each goes as soon as it is answered, here or elsewhere. */
export function QuestionsPage() {
  const questions = useInterrupts();
  usePageTitle('Questions');
  return (
    <>
      <Header section="agents" title="Questions" />
      <main className="page">
        <div className="page-head">
          <h1>Questions to you</h1>
        </div>
        {questions.error && !questions.data ? (
          <LoadError what="The questions" error={questions.error} retry={questions.refetch} />
        ) : !questions.data ? (
          <Skeleton rows={4} label="Loading the questions" />
        ) : questions.data.length === 0 ? (
          <EmptyState title="Nobody asks you anything">
            <p>When an agent needs an answer to go on, it shows up here.</p>
            <Link className="button" href="/agents">
              Go to the agents
            </Link>
          </EmptyState>
        ) : (
          <div className="questions">
            {questions.data.map((question) => (
              <QuestionCard key={question.interrupt_id} question={question}>
                <Link className="question-run" href={`/agents/runs/${question.run_id}`}>
                  Open the run
                </Link>
              </QuestionCard>
            ))}
          </div>
        )}
      </main>
    </>
  );
}
