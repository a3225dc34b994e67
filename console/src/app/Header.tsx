import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { HeaderAgents } from '../agents/HeaderAgents.js';
import { forgetWatches } from '../agents/runWatch.js';
import { messageOf } from '../api/client.js';
import { useMe } from '../api/queries.js';
import { useLiveState } from '../live/LiveProvider.js';
import { Icon, Logo } from '../ui/Icon.js';
import { Menu } from '../ui/Menu.js';
import { notify } from '../ui/notices.js';
import { logOut } from './session.js';
import { useTheme } from './theme.js';

const THEME_ICON = { system: 'system', light: 'sun', dark: 'moon' } as const;

const SECTIONS = { documents: { name: 'Documents', href: '/paths?scope=user' }, agents: { name: 'Agents', href: '/agents' } } as const;

interface HeaderProps {
  section?: keyof typeof SECTIONS;
  /** The page below the section; without it the page is the section itself. */
  title?: string;
  /** Tools of the page, in the middle. */
  children?: ReactNode;
}

export function Header({ section = 'documents', title, children }: HeaderProps) {
  const { name, href } = SECTIONS[section];
  return (
    <header className="header">
      <Link href="/paths?scope=user" className="brand" aria-label="loomcycle, all documents">
        <Logo />
        <span className="brand-name">loomcycle</span>
      </Link>
      <nav className="breadcrumb" aria-label="Breadcrumb">
        <Link href={href} className="crumb" aria-current={title === undefined ? 'page' : undefined}>
          {name}
        </Link>
        {title !== undefined && (
          <>
            <Icon name="chevron" className="crumb-separator" />
            <h1 className="crumb title" aria-current="page">
              {title}
            </h1>
          </>
        )}
      </nav>
      {children && <div className="header-tools">{children}</div>}
      <HeaderAgents isThere={section === 'agents'} />
      <LiveIndicator />
      <ThemeToggle />
      <AccountMenu />
    </header>
  );
}

function LiveIndicator() {
  const state = useLiveState();
  return (
    <span
      className="live-state"
      data-testid="live-state"
      data-state={state}
      role="status"
      title={state === 'live' ? 'Changes by others show up as they happen' : 'Waiting for the server; edits are kept'}
    >
      <span className="live-dot" aria-hidden="true" />
      <span className="live-label">{state === 'live' ? 'Live' : 'Reconnecting…'}</span>
    </span>
  );
}

function ThemeToggle() {
  const [theme, cycle] = useTheme();
  const label = `Theme: ${theme}`;
  return (
    <button type="button" className="icon-button" onClick={cycle} aria-label={label} title={label}>
      <Icon name={THEME_ICON[theme]} />
    </button>
  );
}

function AccountMenu() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { data: me } = useMe();

  const leave = async (): Promise<void> => {
    try {
      await logOut();
      navigate('/login');
      client.clear();
      forgetWatches();
    } catch (error) {
      notify({ tone: 'error', text: `You are still logged in: ${messageOf(error)}` });
    }
  };

  const subject = me?.subject ?? '';
  return (
    <Menu
      label={`Account of ${subject}`}
      trigger={
        <span className="avatar" aria-hidden="true">
          {subject.slice(0, 1).toUpperCase()}
        </span>
      }
    >
      <div className="menu-note">
        <strong>{subject}</strong>
        <span>{me?.tenant_id ? `Tenant ${me.tenant_id}` : 'Default tenant'}</span>
        {me?.scopes.map((scope) => (
          <code key={scope}>{scope}</code>
        ))}
      </div>
      <button type="button" role="menuitem" className="menu-item" onClick={leave}>
        <Icon name="logout" /> Log out
      </button>
    </Menu>
  );
}
