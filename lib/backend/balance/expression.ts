/**
 * What `balance hash EXPR` hashes: an expression as a function that writes its value as bytes, which HAProxy calls the sample cast
 * to binary. The parts of the connection itself are written here, without a sample being made of them; any other expression
 * is compiled by whoever made the balancer.
 *
 * Source: HAProxy manual 4.2 "balance hash", 7.3.3 (fetches at layer 4).
 *
 * Not here: hashing (`hash-functions.ts`), what `balance uri` and its like hash (`request-keys.ts`).
 */
import { SluiceError } from '../../errors.ts';
import type { ChoiceContext, CompileBytes } from './balancer.ts';
import type { HashKey } from './hash-key.ts';

/** Sets the key of a stream; false: it has nothing to hash, as the address of a unix socket. */
export type KeyOf = (context: ChoiceContext, key: HashKey) => boolean;

const OF_CONNECTION: ReadonlyMap<string, KeyOf> = new Map<string, KeyOf>([
  ['src', (context, key) => key.setAddress(context.sourceAddress)],
  ['dst', (context, key) => key.setAddress(context.destinationAddress)],
  ['src_port', (context, key) => setPort(context.sourcePort, key)],
  ['dst_port', (context, key) => setPort(context.destinationPort, key)],
]);

/**
 * The key of `text` (`src`, `req.cook(sid),lower`). Throws `SluiceError` `ERR_CONFIG` for an expression that the configuration's
 * parser would have refused: it can only come from a configuration written in code.
 */
export function expressionKey(text: string, compile: CompileBytes | null): KeyOf {
  const known = OF_CONNECTION.get(text.trim());
  if (known !== undefined) return known;
  if (compile === null) throw new SluiceError('ERR_CONFIG', `balance hash: nothing compiles '${text}'`);
  const bytesOf = compile(text.trim());
  return ({ sample = null }, key) => {
    const bytes = sample === null ? null : bytesOf(sample);
    if (bytes === null) return false;
    key.setBytes(bytes);
    return true;
  };
}

/** Port 0 is the port of something that has none. */
function setPort(port: number, key: HashKey): boolean {
  if (port !== 0) key.setInteger(port);
  return port !== 0;
}
