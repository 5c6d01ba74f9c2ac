/**
 * The table as a whole: ambiguous and malformed messages, by subject.
 *
 * Not here: the cases (a file per subject), what a case is (`case.ts`).
 */
import type { SmugglingCase } from './case.ts';
import { CHUNKS } from './chunks.ts';
import { LENGTHS } from './lengths.ts';
import { LINES } from './lines.ts';
import { RESPONSES } from './responses.ts';
import { STARTS } from './starts.ts';
import { TARGETS } from './targets.ts';
import { UPGRADES } from './upgrades.ts';

export interface Subject {
  readonly title: string;
  readonly cases: readonly SmugglingCase[];
}

/** In the order of the manual. */
export const SUBJECTS: readonly Subject[] = [
  { title: 'Lengths', cases: LENGTHS },
  { title: 'Chunks', cases: CHUNKS },
  { title: 'Lines and sizes', cases: LINES },
  { title: 'Targets and Host', cases: TARGETS },
  { title: 'Request lines, and one request behind another', cases: STARTS },
  { title: 'Upgrades and tunnels', cases: UPGRADES },
  { title: 'Responses', cases: RESPONSES },
];

/** Those where the client is at fault. */
export const REQUESTS: readonly SmugglingCase[] = SUBJECTS.flatMap(({ cases }) => cases).filter(
  ({ answer }) => answer === undefined,
);

/** Those where the server is. */
export { RESPONSES };
