/**
 * Arithmetic on whole numbers (HAProxy manual 7.3.1 "add" to "xor"). HAProxy's have 64 bits and stop at their limits; these are
 * exact up to 2^53 and stop there.
 */
import { toInt } from '../casts.ts';
import { ofBool, ofInt } from '../convert.ts';
import type { ConverterMaker } from '../convert.ts';
import type { SampleArgument } from '../../config/expression.ts';
import type { SampleSource } from '../sample.ts';

/** With a number, or with what a variable holds: without a value there is no result. */
function arithmetic(combine: (value: number, operand: number) => number): ConverterMaker {
  return (args) => {
    const operandOf = operand(args[0] ?? 0);
    return ofInt((value, source) => {
      const other = operandOf(source);
      return other === null ? null : bounded(combine(value, other));
    });
  };
}

function operand(argument: SampleArgument): (source: SampleSource) => number | null {
  if (typeof argument === 'number') return () => argument;
  return ({ variables }) => {
    const value = variables.get(argument);
    return value === null ? null : toInt(value);
  };
}

/** Adding 0 makes 0 of -0. */
function bounded(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, value)) + 0;
}

function bits(combine: (value: bigint, operand: bigint) => bigint): ConverterMaker {
  return arithmetic((value, other) => Number(combine(BigInt(value), BigInt(other))));
}

export const NUMBER_CONVERTERS: Readonly<Record<string, ConverterMaker>> = {
  add: arithmetic((value, other) => value + other),
  sub: arithmetic((value, other) => value - other),
  mul: arithmetic((value, other) => value * other),
  div: arithmetic((value, other) => (other === 0 ? Number.MAX_SAFE_INTEGER : Math.trunc(value / other))),
  mod: arithmetic((value, other) => (other === 0 ? 0 : value % other)),
  and: bits((value, other) => value & other),
  or: bits((value, other) => value | other),
  xor: bits((value, other) => value ^ other),
  cpl: () => ofInt((value) => -value - 1),
  neg: () => ofInt((value) => 0 - value),
  odd: () => ofInt((value) => value % 2 !== 0),
  even: () => ofInt((value) => value % 2 === 0),
  bool: () => ofInt((value) => value !== 0),
  not: () => ofBool((value) => !value),
  iif: (args) => ofBool((value) => String((value ? args[0] : args[1]) ?? '')),
};
