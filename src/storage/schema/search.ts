/** Version 2: full-text search of chunks. */
export const SEARCH = `
`;
