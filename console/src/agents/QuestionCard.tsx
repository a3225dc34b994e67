import { useQueryClient } from '@tanstack/react-query';
import { useId, useState, type SubmitEvent } from 'react';
import { messageOf } from '../api/client.js';
import { keys } from '../api/queries.js';
import { answerInterrupt, type Interrupt } from '../api/runs.js';
import { fromNanos } from '../ui/time.js';
import { Ago } from '../ui/Ago.js';

/** A question of a run, with its answers to choose from, or room for one. */
export function QuestionCard({ question, children }: { question: Interrupt; children?: React.ReactNode }) {
  const client = useQueryClient();
  const id = useId();
  const [answer, setAnswer] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const { question: text, options, priority, agent_name: agent, created_at: asked, expires_at: expires, context_data: context } = question;

  const send = async (said: string): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await answerInterrupt(question, said);
      client.setQueryData<Interrupt[]>(keys.interrupts, (all) => all?.filter((each) => each.interrupt_id !== question.interrupt_id));
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
    // Somebody else may have answered: then it goes away.
    await client.invalidateQueries({ queryKey: keys.interrupts });
  };
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    await send(answer);
  };

  return (
    <section className="question" data-testid="question" data-priority={priority} aria-labelledby={id}>
      <p className="question-head">
        <strong>{agent}</strong> asks
        {priority === 'high' && (
          <span className="pill" data-tone="red">
            urgent
          </span>
        )}
        <Ago at={fromNanos(asked)} />
        {expires !== null && <span>answer until {new Date(fromNanos(expires)).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })}</span>}
      </p>
      <p className="question-text" id={id}>
        {text}
      </p>
      {context !== undefined && <pre className="question-context">{typeof context === 'string' ? context : JSON.stringify(context, null, 2)}</pre>}
      {options.length > 0 ? (
        <div className="question-options">
          {options.map((option) => (
            <button key={option} type="button" className="button" disabled={busy} onClick={() => send(option)}>
              {option}
            </button>
          ))}
        </div>
      ) : (
        <form className="question-answer" onSubmit={submit}>
          <input className="input" aria-label="Your answer" value={answer} onChange={(event) => setAnswer(event.target.value)} />
          <button type="submit" className="button primary" disabled={busy || answer.trim() === ''}>
            Answer
          </button>
        </form>
      )}
      <p className="field-error" role="alert">
        {error}
      </p>
      {children}
    </section>
  );
}
