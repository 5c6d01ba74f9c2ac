/**
 * All scenarios of mode http, in the order in which they stand in the configuration.
 *
 * Not here: the scenarios themselves, how they are played (`../../help/http-stage.ts`).
 */
import type { HttpScenario } from '../../help/http-stage.ts';
import { BALANCING } from './balancing.ts';
import { CONNECTIONS } from './connections.ts';
import { ENDING } from './ending.ts';
import { FRAMING } from './framing.ts';
import { LOCAL } from './local.ts';
import { PERSISTENCE } from './persistence.ts';
import { REFUSING } from './refusing.ts';
import { ROUTING } from './routing.ts';
import { RULES } from './rules.ts';
import { UPGRADE } from './upgrade.ts';

export const HTTP_SCENARIOS: readonly HttpScenario[] = [
  ...ROUTING,
  ...FRAMING,
  ...CONNECTIONS,
  ...REFUSING,
  ...ENDING,
  ...RULES,
  ...PERSISTENCE,
  ...BALANCING,
  ...LOCAL,
  ...UPGRADE,
];
