/** The words of the command line are wrong, or the environment that stands for some: ends with 2. */
export class UsageError extends Error {}
