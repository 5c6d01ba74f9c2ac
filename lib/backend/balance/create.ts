/**
 * From `balance` and its companions to a balancer for one group of servers: the table of algorithms.
 *
 * Not here: reading the configuration's text (`../../config/`), which group is in use (`../backend.ts`).
 */
import { SluiceError } from '../../errors.ts';
import type { Balancer, BalanceFunctionServer, BalancerOptions } from './balancer.ts';
import { Custom } from './custom.ts';
import { expressionKey } from './expression.ts';
import { First } from './first.ts';
import { Hash, keyHash, sourceHash } from './hash.ts';
import type { StreamHash } from './hash.ts';
import { LeastConnections } from './least-connections.ts';
import { LoadBound } from './load-bound.ts';
import { WeightMap } from './map.ts';
import { Random } from './random.ts';
import { Ring } from './ring.ts';
import { headerKey, uriKey, urlParamKey } from './request-keys.ts';
import { RoundRobin } from './round-robin.ts';
import { StaticRoundRobin } from './static-round-robin.ts';

/**
 * A balancer over `servers`, in the order of their declaration; they may be none, and any of them may be unusable.
 * The caller reports every change to it. Throws `SluiceError`: `ERR_UNKNOWN_BALANCE_FUNCTION` for `fn` with a name
 * that is not in `options.functions`, `ERR_CONFIG` for a hash expression that cannot be compiled.
 */
export function createBalancer<S extends BalanceFunctionServer>(
  servers: readonly S[],
  options: BalancerOptions,
): Balancer<S> {
  const { balance, hashType } = options;
  switch (balance.algorithm) {
    case 'roundrobin':
      return new RoundRobin(servers);
    case 'static-rr':
      return new StaticRoundRobin(servers);
    case 'leastconn':
      return new LeastConnections(servers);
    case 'first':
      return new First(servers);
    case 'random':
      return new Random(createRing(servers, options), balance.draws, options.random);
    case 'source':
      return createHash(servers, options, sourceHash(hashType));
    case 'hash':
      return createHash(
        servers,
        options,
        keyHash(expressionKey(balance.expression, options.compile ?? null), hashType),
      );
    case 'uri':
      return createHash(servers, options, keyHash(uriKey(balance), hashType));
    case 'url_param':
      return createHash(servers, options, keyHash(urlParamKey(balance.name), hashType));
    case 'hdr':
      return createHash(servers, options, keyHash(headerKey(balance.name, balance.domainOnly), hashType));
    case 'fn':
      return createCustom(servers, balance.name, options);
  }
}

function createHash<S extends BalanceFunctionServer>(
  servers: readonly S[],
  options: BalancerOptions,
  hashOf: StreamHash,
): Balancer<S> {
  if (options.hashType.method === 'consistent') {
    return new Hash(servers, createRing(servers, options), true, hashOf);
  }
  return new Hash(servers, new WeightMap(servers), false, hashOf);
}

function createRing<S extends BalanceFunctionServer>(
  servers: readonly S[],
  options: BalancerOptions,
): Ring<S> {
  const factor = options.hashBalanceFactor;
  return new Ring(servers, factor > 0 ? new LoadBound(servers, factor) : null);
}

function createCustom<S extends BalanceFunctionServer>(
  servers: readonly S[],
  name: string,
  options: BalancerOptions,
): Balancer<S> {
  const policy = options.functions.get(name);
  if (policy !== undefined) return new Custom(servers, name, policy);
  const known = [...options.functions.keys()].join(', ') || 'none';
  throw new SluiceError(
    'ERR_UNKNOWN_BALANCE_FUNCTION',
    `balance fn:${name}: no function of that name is registered (registered: ${known})`,
  );
}
