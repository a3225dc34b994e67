/** Version 2: declared channels, messages, consumers. */
export const CHANNELS = `
`;
