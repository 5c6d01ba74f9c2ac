/**
 * What a converter is: a function from a value to another, made once from its arguments. The helpers here make of the value what
 * the converter takes, as HAProxy casts it; where that fails, and where a converter has no answer, there is no sample.
 *
 * Not here: which there are (`converters.ts`).
 */
import type { SampleArgument } from '../config/expression.ts';
import { toBool, toBytes, toInt, toIp, toText } from './casts.ts';
import type { IpAddress, Sample, SampleSource, SampleWorld } from './sample.ts';

export type Convert = (sample: Sample, source: SampleSource) => Sample | null;

export type ConverterMaker = (args: readonly SampleArgument[], world: SampleWorld) => Convert;

export function ofText(convert: (text: string, source: SampleSource) => Sample | null): Convert {
  return (sample, source) => convert(toText(sample), source);
}

export function ofBytes(convert: (bytes: Uint8Array) => Sample | null): Convert {
  return (sample) => convert(toBytes(sample));
}

export function ofInt(convert: (value: number, source: SampleSource) => Sample | null): Convert {
  return (sample, source) => {
    const value = toInt(sample);
    return value === null ? null : convert(value, source);
  };
}

export function ofBool(convert: (value: boolean) => Sample | null): Convert {
  return (sample) => {
    const value = toBool(sample);
    return value === null ? null : convert(value);
  };
}

export function ofIp(convert: (ip: IpAddress) => Sample | null): Convert {
  return (sample) => {
    const ip = toIp(sample);
    return ip === null ? null : convert(ip);
  };
}
