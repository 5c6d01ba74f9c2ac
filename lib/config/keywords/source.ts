/**
 * `source ADDR[:PORT[-PORT]]`: where outgoing connections come from (HAProxy manual 4.2 and 5.2 "source").
 *
 * Not here: binding the socket (`../../backend/connect.ts`).
 */
import { parseSourceAddress } from '../address.ts';
import type { SourceAddress } from '../config.ts';
import type { Mutable } from '../draft.ts';
import type { Line } from '../line.ts';

/** Null after an alert: `usesrc` and `interface` change who the server sees, so they are never ignored. */
export function readSource(line: Line): Mutable<SourceAddress> | null {
  const source = line.takeAddress('<addr>[:<port>]', parseSourceAddress);
  const next = line.peek();
  if (next !== 'usesrc' && next !== 'interface') return source;
  line.takeOptional();
  line.takeOptional();
  line.alert('unsupported-keyword', `'source … ${next}' is not supported`, 'name the source address alone');
  return null;
}
