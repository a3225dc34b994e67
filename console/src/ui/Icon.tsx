const PATHS = {
  chevron: 'M6 4l4 4-4 4',
  back: 'M10 3L5 8l5 5',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  up: 'M8 13V3M4 7l4-4 4 4',
  down: 'M8 3v10M4 9l4 4 4-4',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5',
  search: 'M7 11.5a4.5 4.5 0 100-9 4.5 4.5 0 000 9zM10.3 10.3L14 14',
  sun: 'M8 10.8a2.8 2.8 0 100-5.6 2.8 2.8 0 000 5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  moon: 'M13 9.6A5.5 5.5 0 016.4 3 5.5 5.5 0 1013 9.6z',
  system: 'M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13',
  logout: 'M9.5 3H4v10h5.5M7 8h7M11.5 5.5L14 8l-2.5 2.5',
  import: 'M8 2.5v7.5M5 7l3 3 3-3M3 13h10',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  child: 'M4 2.5v6.5h4M11.5 6v6M8.5 9h6',
  indent: 'M3 3h10M8 8h5M3 13h10M3 6.5L5 8 3 9.5',
  outdent: 'M3 3h10M8 8h5M3 13h10M5 6.5L3 8l2 1.5',
  folder: 'M2 4h4.2l1.5 1.8H14v7H2z',
  document: 'M4 2h5l3 3v9H4zM9 2v3h3M6 8.5h4M6 11h4',
  link: 'M6.3 9.7l3.4-3.4M7.5 4.8L9 3.3a2.6 2.6 0 013.7 3.7l-1.5 1.5M8.5 11.2L7 12.7A2.6 2.6 0 013.3 9l1.5-1.5',
  clock: 'M8 14A6 6 0 108 2a6 6 0 000 12zM8 5v3.2l2 1.3',
  stop: 'M4.5 4.5h7v7h-7z',
  send: 'M8 13V3.5M4 7.5l4-4 4 4',
  chat: 'M2.5 3.5h11v7.5H7L4 13.5V11H2.5z',
  question: 'M8 14A6 6 0 108 2a6 6 0 000 12zM6.3 6.4a1.8 1.8 0 113 1.4c-.8.6-1.3.9-1.3 1.7M8 11.6v.01',
  agent: 'M3.5 5.5h9v7h-9zM8 5.5V3M6 8.5v.5M10 8.5v.5',
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative 16 px line icon in the text's colour. */
export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg
      className={`icon ${className}`}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round">
        <path d="M8 11h16M8 16h5M19 16h5M8 21h16" />
        <path d="M16 8v5M16 19v5" opacity=".65" />
      </g>
    </svg>
  );
}
