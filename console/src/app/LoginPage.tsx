import { useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useLocation, useSearch } from 'wouter';
import { ApiError, messageOf } from '../api/client.js';
import { usePageTitle } from '../ui/usePageTitle.js';
import { Logo } from '../ui/Icon.js';
import { logIn, pathAfterLogin } from './session.js';

export function LoginPage() {
  const client = useQueryClient();
  const search = useSearch();
  const [, navigate] = useLocation();
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  usePageTitle('Log in');

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await logIn(token.trim());
      client.clear();
      navigate(pathAfterLogin(search), { replace: true });
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <form className="login-card" onSubmit={submit} noValidate>
        <div className="login-brand">
          <Logo />
          <h1>loomcycle</h1>
        </div>
        <p className="muted">Documents that people and agents write together.</p>
        <label className="field">
          <span className="field-label">Access token</span>
          <input
            className="input"
            type="password"
            name="token"
            autoComplete="current-password"
            autoFocus
            value={token}
            onChange={(event) => setToken(event.target.value)}
            aria-invalid={error !== undefined}
            aria-describedby="login-error login-hint"
          />
        </label>
        <p id="login-error" className="field-error" role="alert">
          {error}
        </p>
        <button type="submit" className="button primary wide" disabled={busy || token.trim() === ''}>
          {busy ? 'Logging in…' : 'Log in'}
        </button>
        <p id="login-hint" className="login-hint">
          The token is in <code>auth.env</code> in the data directory, as <code>LOOMCYCLE_TOKEN_…</code>. What{' '}
          <code>npm start</code> prints says where that file is.
        </p>
      </form>
    </main>
  );
}

function explain(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) {
    return `${error.message.replace(/\.?$/, '.')} Check that the whole token was copied.`;
  }
  return messageOf(error);
}
