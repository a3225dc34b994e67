/** Version 2: names of resources. */
export const PATHS = `
`;
