/** Version 2: outgoing webhooks and their outbox. */
export const WEBHOOKS = `
`;
