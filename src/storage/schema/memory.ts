/** Version 2: key/value memory. */
export const MEMORY = `
`;
