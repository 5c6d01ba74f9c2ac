/**
 * The expression of `balance hash EXPR`, compiled to a function that writes its value as bytes: what HAProxy calls
 * the sample cast to binary. Knows `src`, `dst`, `src_port` and `dst_port`; the engine for sample fetches takes
 * this file's place when it comes.
 *
 * Source: HAProxy manual 4.2 "balance hash", 7.3.3 (fetches at layer 4).
 *
 * Not here: hashing (`hash-functions.ts`).
 */
import { SluiceError } from '../../errors.ts';
import { writeAddress } from './address-bytes.ts';
import type { ChoiceContext } from './balancer.ts';

/**
 * Writes the value to the start of `into` (at least 16 bytes) and returns its length: an IPv4 address has 4 bytes,
 * IPv6 16, a number 8, all in network order. 0: there is no value, as for the address of a unix socket.
 */
export type Expression = (context: ChoiceContext, into: Uint8Array) => number;

/** Bytes an expression may write at most. */
export const EXPRESSION_BYTES_MAX = 16;

const EXPRESSIONS: ReadonlyMap<string, Expression> = new Map<string, Expression>([
  ['src', (context, into) => writeAddress(context.sourceAddress, into)],
  ['dst', (context, into) => writeAddress(context.destinationAddress, into)],
  ['src_port', (context, into) => writePort(context.sourcePort, into)],
  ['dst_port', (context, into) => writePort(context.destinationPort, into)],
]);

/**
 * Compiles `text` (`src`). An expression the configuration's parser would have refused throws `SluiceError`
 * `ERR_CONFIG`: it can only come from a configuration written in code.
 */
export function compileExpression(text: string): Expression {
  const expression = EXPRESSIONS.get(text.trim());
  if (expression !== undefined) return expression;
  const known = [...EXPRESSIONS.keys()].join(', ');
  throw new SluiceError('ERR_CONFIG', `balance hash: unknown expression '${text}', known are ${known}`);
}

/** Port 0 is the port of something that has none. */
function writePort(port: number, into: Uint8Array): number {
  if (port === 0) return 0;
  into.fill(0, 0, 8);
  into[6] = port >>> 8;
  into[7] = port & 0xff;
  return 8;
}
