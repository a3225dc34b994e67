import { LoggingLevelSchema, type LoggingLevel } from '@modelcontextprotocol/sdk/types.js';

const ORDER: readonly LoggingLevel[] = LoggingLevelSchema.options;

/** Whether a message of one level is for who asked for another; who asked for none gets none. */
export function isWanted(level: LoggingLevel, asked: LoggingLevel | undefined): boolean {
  return asked !== undefined && ORDER.indexOf(level) >= ORDER.indexOf(asked);
}
