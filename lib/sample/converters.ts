/**
 * The table of converters: a maker for every name of `../config/converter-table.ts`; a test holds the two together.
 *
 * Not here: what each does (`converters/`).
 */
import { CONVERTERS } from '../config/converter-table.ts';
import type { ConverterMaker } from './convert.ts';
import { DATE_CONVERTERS } from './converters/dates.ts';
import { ENCODING_CONVERTERS } from './converters/encodings.ts';
import { mapConverter } from './converters/maps.ts';
import { ipmask } from './converters/masks.ts';
import { NUMBER_CONVERTERS } from './converters/numbers.ts';
import { TEXT_CONVERTERS } from './converters/texts.ts';

/** By name. */
export const CONVERTER_MAKERS: ReadonlyMap<string, ConverterMaker> = new Map([
  ...Object.entries(TEXT_CONVERTERS),
  ...Object.entries(NUMBER_CONVERTERS),
  ...Object.entries(ENCODING_CONVERTERS),
  ...Object.entries(DATE_CONVERTERS),
  ['ipmask', ipmask],
  ...CONVERTERS.flatMap(({ name, map }) => (map === null ? [] : [[name, mapConverter(map)] as const])),
]);
