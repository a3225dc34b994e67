import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiError } from '../api/client.js';
import { keys, useMe } from '../api/queries.js';
import { listDeadLetters, listResidents, type Resident } from '../api/residents.js';

const ADMIN = 'substrate:admin';
/** No event tells of residents. A tab that is hidden does not ask. */
const REFRESH_MS = 2000;

/** Whether the user may see residents; undefined until that is known. */
export const useSeesResidents = (): boolean | undefined => useMe().data?.scopes.includes(ADMIN);

export const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.status === 403;

export function useResidents() {
  const sees = useSeesResidents();
  return useQuery({
    enabled: sees === true,
    queryKey: keys.residents,
    queryFn: ({ signal }) => listResidents(signal),
    // Who got nothing yet is asked whether to try again.
    refetchInterval: ({ state: { data, error } }) => (error && (data === undefined || isForbidden(error)) ? false : REFRESH_MS),
    refetchOnMount: 'always',
    refetchOnWindowFocus: 'always',
  });
}

/** Its dead letters, read again whenever it did something. */
export function useDeadLetters({ name, dead_letters: count, wakes, failures, paused }: Resident) {
  const letters = useInfiniteQuery({
    queryKey: keys.deadLetters(name),
    queryFn: ({ pageParam, signal }) => listDeadLetters(name, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ dead_letters: page, total }, pages) =>
      pages.reduce((sum, each) => sum + each.dead_letters.length, 0) < total ? page.at(-1)?.id : undefined,
    refetchOnMount: false,
  });
  const { refetch } = letters;
  useEffect(() => void refetch(), [refetch, count, wakes, failures, paused]);
  return letters;
}
