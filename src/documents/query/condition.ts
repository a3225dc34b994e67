/** A part of a WHERE clause with the values of its `?`. */
export interface Condition {
  readonly sql: string;
  readonly params: readonly unknown[];
}

export function condition(sql: string, ...params: readonly unknown[]): Condition {
  return { sql, params };
}

export function allOf(conditions: readonly Condition[]): Condition {
  return condition(
    conditions.length === 0 ? 'true' : conditions.map(({ sql }) => sql).join(' AND '),
    ...conditions.flatMap(({ params }) => params),
  );
}
