import { expect, test } from 'vitest';
import { weekOf } from '../../agents/reporter/week.js';

// Expected values from ISO 8601: a week belongs to the year of its Thursday.
test.each([
  ['2026-11-23', '2026-W48', '2026-11-23', '2026-11-29'],
  ['2026-11-29', '2026-W48', '2026-11-23', '2026-11-29'],
  ['2027-01-01', '2026-W53', '2026-12-28', '2027-01-03'],
  ['2024-12-30', '2025-W01', '2024-12-30', '2025-01-05'],
  ['2023-01-01', '2022-W52', '2022-12-26', '2023-01-01'],
  ['2020-02-29', '2020-W09', '2020-02-24', '2020-03-01'],
])('%s is in %s', (date, name, first, last) => {
  expect(weekOf(new Date(`${date}T23:59:59Z`))).toEqual({ name, first, last });
});
