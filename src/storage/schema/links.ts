/** Version 2: edges that bodies make, tags. */
export const LINKS = `
`;
