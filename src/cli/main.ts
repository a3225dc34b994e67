#!/usr/bin/env node
import { CommanderError } from 'commander';
import { reportError, wantsJson } from './output.js';
import { createProgram } from './program.js';

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) process.exit(reportError(error));
  // Help and version are no errors; of what else was wrong with the words commander has written, but not as JSON.
  if (error.exitCode === 0) process.exit(0);
  if (wantsJson) console.error(JSON.stringify({ error: error.message.replace(/^error: /, ''), exit_code: 2 }));
  process.exit(2);
}
