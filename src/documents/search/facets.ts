// Document, type and status stand in the index as words of a column of their own, so that a filter narrows
// the search itself: to look up the chunk of every match would cost more than to find it.

export interface Facets {
  document_id?: string | undefined;
  /** null and "" are none. */
  type?: string | null | undefined;
  status?: string | null | undefined;
}

/** The words that stand for what is given. */
export function facetWords({ document_id: document, type, status }: Facets): string[] {
  return [
    ...(document === undefined ? [] : [`d${document}`]),
    ...(type === undefined ? [] : [`t${hex(type)}`]),
    ...(status === undefined ? [] : [`s${hex(status)}`]),
  ];
}

function hex(label: string | null): string {
  return Buffer.from(label ?? '').toString('hex');
}
