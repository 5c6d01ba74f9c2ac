/**
 * How a backend chooses: `balance`, `hash-type`, `hash-balance-factor` (HAProxy manual 4.2, reference 4).
 *
 * Not here: the algorithms (`../../backend/balance/`).
 */
import type { BalanceConfig, HashFunction, HashTypeConfig } from '../config.ts';
import { RANDOM_DRAWS } from '../defaults.ts';
import type { Mutable, ProxyDraft } from '../draft.ts';
import { didYouMean } from '../line.ts';
import type { Line } from '../line.ts';
import { parseInteger } from '../units.ts';
import type { Entry } from './entry.ts';
import { takeExpression } from './format.ts';

type Balance = Mutable<BalanceConfig>;

const PLAIN = ['roundrobin', 'static-rr', 'leastconn', 'first', 'source'] as const;
/** Need an HTTP request to look at; in mode tcp HAProxy warns and balances round robin (`../inherit.ts`). */
const LAYER7 = ['uri', 'url_param', 'hdr'];
const REFUSED = ['rdp-cookie', 'log-hash', 'log-sticky', 'sticky'];
const FUNCTIONS: readonly HashFunction[] = ['sdbm', 'djb2', 'wt6', 'crc32', 'none'];

export const BALANCE_ROWS: readonly Entry<ProxyDraft>[] = [
  {
    keyword: 'balance',
    args: 'roundrobin|static-rr|leastconn|first|source|random[(N)]|hash EXPR|uri [PARAM…]|url_param NAME|hdr(NAME)|fn:NAME',
    manual: '4.2',
    default: 'roundrobin',
    sections: 'DLB',
    state: 'supported',
    read: (line, proxy) => {
      proxy.backend.balance = readBalance(line) ?? proxy.backend.balance;
    },
  },
  {
    keyword: 'hash-type',
    args: 'map-based|consistent [sdbm|djb2|wt6|crc32|none [avalanche]]',
    manual: '4.2',
    default: 'map-based sdbm',
    sections: 'DLB',
    state: 'supported',
    read: (line, proxy) => {
      proxy.backend.hashType = readHashType(line) ?? proxy.backend.hashType;
    },
  },
  {
    keyword: 'hash-balance-factor',
    args: 'PERCENT',
    manual: '4.2',
    default: '0 (off)',
    sections: 'DLB',
    state: 'supported',
    read: readHashBalanceFactor,
  },
];

/** What stands after `balance`; null after an alert. */
export function readBalance(line: Line): Balance | null {
  const word = line.take('an algorithm');
  if (word === null) return null;
  const plain = PLAIN.find((one) => one === word);
  if (plain !== undefined) return { algorithm: plain };
  if (word === 'hash') return readHashExpression(line);
  if (word.startsWith('fn:')) return readFunction(line, word.slice(3));
  const [name = '', ...rest] = word.split('(');
  if (name === 'random') return readRandom(line, rest.join('('));
  if (word === 'uri') return readUri(line);
  if (word === 'url_param') return readUrlParam(line);
  if (name === 'hdr') return readHeader(line, rest.join('('));
  refuse(line, word, name);
  return null;
}

function readRandom(line: Line, argument: string): Balance | null {
  if (argument === '' || argument === ')') return { algorithm: 'random', draws: RANDOM_DRAWS };
  const draws = parseInteger(argument.replace(/\)$/, ''), { min: 1, max: 1000 });
  if (draws.ok && argument.endsWith(')')) return { algorithm: 'random', draws: draws.value };
  line.alert(
    'invalid-value',
    'the number of draws of balance random must be from 1 to 1000',
    'balance random(2)',
  );
  return null;
}

function readFunction(line: Line, name: string): Balance | null {
  if (/^[A-Za-z0-9_.-]+$/.test(name)) return { algorithm: 'fn', name };
  line.alert(
    'invalid-value',
    "'balance fn:' expects the name of a registered function",
    'balance fn:by-tenant',
  );
  return null;
}

function readHashExpression(line: Line): Balance | null {
  const expression = takeExpression(line, null);
  return expression === null ? null : { algorithm: 'hash', expression };
}

/** `uri [len N] [depth N] [whole] [path-only]`. */
function readUri(line: Line): Balance | null {
  const balance: Extract<Balance, { algorithm: 'uri' }> = {
    algorithm: 'uri',
    lengthBytes: 0,
    depth: 0,
    whole: false,
    pathOnly: false,
  };
  while (line.peek() !== undefined) {
    const word = line.takeOneOf('a parameter of uri', ['len', 'depth', 'whole', 'path-only']);
    if (word === null) return null;
    if (word === 'whole') balance.whole = true;
    else if (word === 'path-only') balance.pathOnly = true;
    else {
      const count = line.takeInteger('a number above 0', 1);
      if (count === null) return null;
      balance[word === 'len' ? 'lengthBytes' : 'depth'] = count;
    }
  }
  return balance;
}

function readUrlParam(line: Line): Balance | null {
  const name = line.take('the name of a parameter');
  if (name === null) return null;
  if (line.peek() !== 'check_post') return { algorithm: 'url_param', name };
  line.takeOptional();
  line.alert('unsupported-value', "'check_post' is not supported", 'bodies are passed on as they come');
  return null;
}

/** `hdr(NAME) [use_domain_only]`; `argument` is what follows the first parenthesis. */
function readHeader(line: Line, argument: string): Balance | null {
  const name = argument.replace(/\)$/, '');
  if (!argument.endsWith(')') || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    line.alert('invalid-value', "'balance hdr' expects the name of a header", 'balance hdr(host)');
    return null;
  }
  if (line.peek() === undefined) return { algorithm: 'hdr', name, domainOnly: false };
  const only = line.takeOneOf("'use_domain_only'", ['use_domain_only']);
  return only === null ? null : { algorithm: 'hdr', name, domainOnly: true };
}

function refuse(line: Line, word: string, name: string): void {
  if (REFUSED.includes(name)) {
    line.alert(
      'unsupported-value',
      `'balance ${word}' is not supported`,
      "use 'balance source' or 'balance hash src'",
    );
    return;
  }
  const known = [...PLAIN, 'random', 'hash', ...LAYER7, ...REFUSED];
  const hint =
    didYouMean(name, known) ??
    `algorithms are ${[...PLAIN, 'random', 'hash EXPR', 'uri', 'url_param NAME', 'hdr(NAME)', 'fn:NAME'].join(', ')}`;
  line.alert('unknown-balance', `unknown balancing algorithm '${word}'`, hint);
}

/** `consistent` with no function means sdbm with avalanche; any function given stands alone (reference 4.6). */
export function readHashType(line: Line): Mutable<HashTypeConfig> | null {
  const method = line.takeOneOf("'map-based' or 'consistent'", ['map-based', 'consistent'] as const);
  if (method === null) return null;
  if (line.peek() === undefined) return { method, function: 'sdbm', avalanche: method === 'consistent' };
  const hash = line.takeOneOf('a hash function', FUNCTIONS);
  if (hash === null) return null;
  const modifier = line.peek() === undefined ? null : line.takeOneOf("'avalanche'", ['avalanche']);
  return { method, function: hash, avalanche: modifier !== null };
}

function readHashBalanceFactor(line: Line, proxy: ProxyDraft): void {
  const factor = line.takeInteger('a percentage', 0, 65_535);
  if (factor === null) return;
  if (factor > 0 && factor <= 100) {
    line.alert(
      'invalid-value',
      "'hash-balance-factor' must be 0 or greater than 100",
      '150 is a usual choice',
    );
    return;
  }
  proxy.backend.hashBalanceFactor = factor;
}
