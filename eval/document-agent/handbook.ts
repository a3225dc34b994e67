/** The body of a chunk, what the person adds to it while the agent is at work, and what the agent is asked to add. */
export const REFUNDS = 'Anyone who asks within 30 days gets the money back. After 30 days we look at the receipt and decide by hand. Gift cards are not refunded.';
export const VOUCHERS = 'Vouchers are not refunded either.';
export const FEES = 'Express fees are refunded.';

/** A document as support teams have it. Its figures are samples. */
export const HANDBOOK = `# Support handbook

How a team of five answers customers of a small shop.

## Tone

Short, warm and exact. See [[On duty]] when a message makes you angry.

## Refunds
<!-- loom: {"status":"draft"} -->

${REFUNDS}

## Parcels

### A parcel is late

Wait two working days past the promised date, then ask the courier. See [[A parcel is lost]].

### A parcel is lost

After seven working days without a scan we send a new one.

### A parcel came back

Call the customer first. If nobody answers within three days, treat it like a refund within 30 days.

## Escalation

Ask before you promise money above 200.

### On duty
<!-- loom: {"status":"current","fields":{"owner":"ines"}} -->

Ines in even weeks, Kofi in odd ones.
`;

export const OUTLINE = ['Support handbook', '  Tone', '  Refunds', '  Parcels', '    A parcel is late', '    A parcel is lost', '    A parcel came back', '  Escalation', '    On duty'];
export const LINKS = ['A parcel is late -link-> A parcel is lost', 'Tone -link-> On duty'];
export const STATUSES = { Refunds: 'draft', 'On duty': 'current owner=ines' };

/** Another document of the same user, which no request is about. */
export const CELLAR = `# Cellar

## Red

48 bottles from Georgia, for Nadia's wedding.
`;
export const CELLAR_OUTLINE = ['Cellar', '  Red'];

/** What several people noted for years, twelve parts of it. */
export const ARCHIVE = `# Archive

Closed.

## Notes

${Array.from({ length: 12 }, (_, n) => `### Note ${n + 1}\n\nKept.\n`).join('\n')}`;
