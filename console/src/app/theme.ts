import { useCallback, useState } from 'react';
import { writeStored } from '../ui/storage.js';

export type Theme = 'system' | 'light' | 'dark';

/** Read before the first paint by public/theme.js. */
const STORAGE_KEY = 'loomcycle.theme';
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

function currentTheme(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  writeStored('localStorage', STORAGE_KEY, theme);
}

/** The chosen theme and a function that goes on to the next one. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(currentTheme);
  const cycle = useCallback(() => {
    const next = NEXT[currentTheme()];
    applyTheme(next);
    setTheme(next);
  }, []);
  return [theme, cycle];
}
