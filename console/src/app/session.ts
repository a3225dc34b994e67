import { post } from '../api/client.js';

const HOME = '/paths?scope=user';

/** The login page's path, below /ui, that leads back to where the user is now. */
export function loginPath(): string {
  const here = window.location.pathname + window.location.search;
  return `/login?next=${encodeURIComponent(here)}`;
}

/** Where to go after a login, below /ui: `next` when it is a page of this console, else the documents. */
export function pathAfterLogin(search: string): string {
  const next = new URLSearchParams(search).get('next');
  if (!next || !URL.canParse(next, window.location.origin)) return HOME;
  const url = new URL(next, window.location.origin);
  const local = url.origin === window.location.origin && url.pathname.startsWith('/ui/');
  const path = url.pathname.slice('/ui'.length);
  return local && !path.startsWith('/login') && !path.startsWith('//') ? path + url.search : HOME;
}

export const logIn = (token: string): Promise<void> => post('/ui/login', { token });

export const logOut = (): Promise<void> => post('/ui/logout', {});
