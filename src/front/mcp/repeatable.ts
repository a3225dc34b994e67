/** Entry of a tool's `_meta`: the ops of which a repeat is no repeat. A tool that has it takes keys. */
export const NOT_REPEATABLE = 'loomcycle/not_repeatable';
