/** Tool name of the runtime's own operations on a scope's channel log. */
export const LOG_TOOL = '_log';

/** Tool name of the runtime's own operations on the place of a resident in its scope. */
export const RESIDENT_TOOL = '_resident';
