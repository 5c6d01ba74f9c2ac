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

type Balance = Mutable<BalanceConfig>;

const PLAIN = ['roundrobin', 'static-rr', 'leastconn', 'first', 'source'] as const;
/** Need an HTTP request to look at; in a tcp proxy HAProxy warns and balances round robin. */
const LAYER7 = ['uri', 'url_param', 'hdr'];
const REFUSED = ['rdp-cookie', 'log-hash', 'log-sticky', 'sticky'];
const FUNCTIONS: readonly HashFunction[] = ['sdbm', 'djb2', 'wt6', 'crc32', 'none'];

/** What `balance hash` can look at without rules or content (reference 8.3). */
export const HASH_EXPRESSIONS: readonly string[] = ['src', 'dst', 'src_port', 'dst_port'];

export const BALANCE_ROWS: readonly Entry<ProxyDraft>[] = [
  {
    keyword: 'balance',
    args: 'roundrobin|static-rr|leastconn|first|source|random[(N)]|hash EXPR|fn:NAME',
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
  if (LAYER7.includes(name)) return fallBack(line, word);
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
  const expression = line.takeRest('a sample expression');
  if (expression === null) return null;
  if (HASH_EXPRESSIONS.includes(expression)) return { algorithm: 'hash', expression };
  line.alert(
    'unsupported-value',
    `'balance hash ${expression}' is not supported`,
    `use one of: ${HASH_EXPRESSIONS.join(', ')}; or a function of your own: 'balance fn:NAME'`,
  );
  return null;
}

function fallBack(line: Line, word: string): Balance {
  line.skipRest();
  line.warning(
    'needs-mode-http',
    `'balance ${word}' needs mode http; falling back to round robin`,
    "choose an algorithm for connections, e.g. 'balance source'",
  );
  return { algorithm: 'roundrobin' };
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
    didYouMean(name, known) ?? `algorithms are ${[...PLAIN, 'random', 'hash EXPR', 'fn:NAME'].join(', ')}`;
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
