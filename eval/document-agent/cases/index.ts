import type { DocumentCase } from '../case.js';
import { EDITING } from './editing.js';
import { CAUGHT, STOPPED } from './misbehaving.js';
import { OTHERS } from './others.js';

export const CASES: readonly DocumentCase[] = [...EDITING, ...OTHERS, ...STOPPED, ...CAUGHT];
