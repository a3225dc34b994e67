import { useEffect } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { AgentsPage } from '../agents/AgentsPage.js';
import { QuestionsPage } from '../agents/QuestionsPage.js';
import { onUnauthorized } from '../api/client.js';
import { DocumentPage } from '../documents/DocumentPage.js';
import { PathsPage } from '../documents/PathsPage.js';
import { LiveProvider } from '../live/LiveProvider.js';
import { ResidentsPage } from '../residents/ResidentsPage.js';
import { EmptyState } from '../ui/EmptyState.js';
import { Notices } from '../ui/Notices.js';
import { Header } from './Header.js';
import { LoginPage } from './LoginPage.js';
import { loginPath } from './session.js';

export function App() {
  const [, navigate] = useLocation();

  useEffect(
    () =>
      onUnauthorized(() => {
        if (!window.location.pathname.endsWith('/login')) navigate(loginPath(), { replace: true });
      }),
    [navigate],
  );

  return (
    <>
      <Switch>
        <Route path="/login" component={LoginPage} />
        <Route>
          <LiveProvider>
            <Pages />
          </LiveProvider>
        </Route>
      </Switch>
      <Notices />
    </>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/paths?scope=user" replace />
      </Route>
      <Route path="/paths" component={PathsPage} />
      <Route path="/agents">
        <AgentsPage />
      </Route>
      <Route path="/agents/new">
        <AgentsPage isNew />
      </Route>
      <Route path="/agents/runs/:runId">{({ runId }) => <AgentsPage runId={runId} />}</Route>
      <Route path="/agents/residents">
        <ResidentsPage />
      </Route>
      <Route path="/agents/residents/:name">{({ name }) => <ResidentsPage name={name} />}</Route>
      <Route path="/questions" component={QuestionsPage} />
      <Route path="/documents/:documentId/board">
        {({ documentId }) => <DocumentPage key={documentId} documentId={documentId} view="board" />}
      </Route>
      <Route path="/documents/:documentId">
        {({ documentId }) => <DocumentPage key={documentId} documentId={documentId} view="outline" />}
      </Route>
      <Route>
        <Header title="Not found" />
        <main className="page">
          <EmptyState title="There is no such page">
            <a className="button" href="/ui/paths?scope=user">
              Go to the documents
            </a>
          </EmptyState>
        </main>
      </Route>
    </Switch>
  );
}
