interface Entry {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The line `claude mcp add …` that writes such an entry into the `.mcp.json` of the project. */
export function claudeAddCommand(name: string, { url, headers = {}, command, args = [], env = {} }: Entry): string {
  const words = ['claude', 'mcp', 'add'];
  // What takes several values goes where an option or the end follows it: it would take the name for one.
  for (const [variable, value] of Object.entries(env)) words.push('--env', `${variable}=${value}`);
  words.push('--transport', url === undefined ? 'stdio' : 'http', '--scope', 'project', name);
  if (url === undefined) return [...words, '--', command!, ...args].map(quoted).join(' ');
  words.push(url);
  for (const [header, value] of Object.entries(headers)) words.push('--header', `${header}: ${value}`);
  return words.map(quoted).join(' ');
}

/** For a POSIX shell, which is to leave `${…}` to Claude Code. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
