import { InvalidArgumentError, type Command } from 'commander';

/** For an option that may be given several times, one value each. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

/** For an option that counts. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** A number of seconds, with or without a fraction. */
export function seconds(text: string): number {
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text)) throw new InvalidArgumentError('It must be a number of seconds.');
  return Number(text);
}

/** Gives `--json` to every command below that has none, and does something by itself. */
export function addJsonOption(parent: Command, without: ReadonlySet<string>): void {
  for (const command of parent.commands) {
    if (without.has(command.name())) continue;
    if (command.commands.length > 0) addJsonOption(command, without);
    else if (!command.options.some(({ long }) => long === '--json')) command.option('--json', 'answers, and errors on standard error, as one JSON document');
  }
}
