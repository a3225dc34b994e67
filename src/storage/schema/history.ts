/** Version 2: past revisions of chunks and documents. */
export const HISTORY = `
`;
