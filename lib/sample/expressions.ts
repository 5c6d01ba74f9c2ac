/**
 * Sample expressions brought to life: a fetch and its converters as one function.
 *
 * Not here: reading them (`../config/expression.ts`).
 */
import type { SampleConverter, SampleExpression } from '../config/expression.ts';
import { SluiceError } from '../errors.ts';
import type { Convert } from './convert.ts';
import { CONVERTER_MAKERS } from './converters.ts';
import type { Fetch, FetchContext } from './fetch.ts';
import { FETCH_MAKERS } from './fetches.ts';
import type { SampleWorld } from './sample.ts';

/** As a fetch, with every value converted. Throws ERR_CONFIG for a file that cannot be read or has a fault. */
export function createExpression(expression: SampleExpression, context: FetchContext): Fetch {
  const makeFetch = FETCH_MAKERS.get(expression.fetch);
  if (makeFetch === undefined) throw new SluiceError('ERR_CONFIG', `there is no fetch '${expression.fetch}'`);
  const fetch = makeFetch(expression.args, context);
  const convert = chain(expression.converters.map((one) => createConverter(one, context.world)));
  if (convert === null) return fetch;
  return {
    take: (source) => {
      const sample = fetch.take(source);
      return sample === null ? null : convert(sample, source);
    },
    any: (test) =>
      fetch.any((sample, source) => {
        const converted = convert(sample, source);
        return converted !== null && test(converted, source);
      }),
  };
}

function createConverter({ name, args }: SampleConverter, world: SampleWorld): Convert {
  const make = CONVERTER_MAKERS.get(name);
  if (make === undefined) throw new SluiceError('ERR_CONFIG', `there is no converter '${name}'`);
  return make(args, world);
}

/** Null: there is nothing to convert with. */
function chain(converts: readonly Convert[]): Convert | null {
  const [first, ...rest] = converts;
  if (first === undefined) return null;
  const last = chain(rest);
  if (last === null) return first;
  return (sample, source) => {
    const converted = first(sample, source);
    return converted === null ? null : last(converted, source);
  };
}
