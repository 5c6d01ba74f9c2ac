/**
 * Which names of a configuration have no address: `-c` refuses those as a start would, without opening a socket
 * (manual 5.2 "init-addr").
 *
 * Not here: how a name becomes an address (`../backend/resolve.ts`).
 */
import { lookupBySystem, resolveServer } from '../backend/resolve.ts';
import type { Lookup } from '../backend/resolve.ts';
import type { Config } from '../config/config.ts';

/** One sentence per server or bind line that could not start; empty if all could. */
export async function unresolvedNames(config: Config, lookup: Lookup = lookupBySystem): Promise<string[]> {
  const lookupOnce = remembering(lookup);
  const proxies = config.proxies.filter(({ disabled }) => !disabled);
  const servers = proxies.flatMap(({ name, backend }) =>
    (backend?.servers ?? []).map((server) => problemOf(resolveServer(server, name, lookupOnce))),
  );
  const binds = proxies.flatMap(({ name, frontend }) =>
    (frontend?.binds ?? []).flatMap(({ addresses }) =>
      addresses.flatMap((address) => {
        if (address.kind !== 'name') return [];
        const sentence = `bind line of ${name}: the name '${address.host}' has no address`;
        return [problemOf(lookupOnce(address.host), sentence)];
      }),
    ),
  );
  const problems = await Promise.all([...binds, ...servers]);
  return problems.filter((problem) => problem !== null);
}

/** Asks once for each name: hundreds of servers may share one. */
function remembering(lookup: Lookup): Lookup {
  const asked = new Map<string, Promise<string>>();
  return (name) => {
    const answer = asked.get(name) ?? lookup(name);
    asked.set(name, answer);
    return answer;
  };
}

/** Null if `promise` is kept; `sentence`, or the error's own words, if not. */
async function problemOf(promise: Promise<unknown>, sentence?: string): Promise<string | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    return sentence ?? (error instanceof Error ? error.message : String(error));
  }
}
