/**
 * The converters of sample expressions (manual 7.3.1), and which type can be had from which.
 *
 * Not here: reading (`expression.ts`), what each does with a value (`../sample/converters.ts`).
 */
import type { SampleType } from './fetch-table.ts';
import { needs, takes } from './sample-arguments.ts';
import type { ArgumentShape } from './sample-arguments.ts';

export interface ConverterRow {
  readonly name: string;
  readonly args: readonly ArgumentShape[];
  /** What it takes; other values are cast, see `castable`. */
  readonly from: SampleType;
  readonly to: SampleType;
  /** Of `map…`: how a key is looked up, and what the second column of the file holds. */
  readonly map: MapKind | null;
  /** For the manual. */
  readonly text: string;
}

export interface MapKind {
  /** `regm`: as `reg`, and the value takes in what the groups matched (`\1`). */
  readonly match: 'str' | 'beg' | 'end' | 'sub' | 'dir' | 'dom' | 'reg' | 'regm' | 'int' | 'ip';
  readonly gives: 'str' | 'int' | 'ip';
}

function row(
  name: string,
  from: SampleType,
  to: SampleType,
  text: string,
  ...args: readonly ArgumentShape[]
): ConverterRow {
  return { name, args, from, to, map: null, text };
}

const operand = needs('operand', 'number-or-variable');
const avalanche = takes('integer', 'avalanche', 0);
const offset = takes('integer', 'offset', 0);
const timeUnit = takes('text', 'unit', 's', { choices: ['s', 'ms', 'us'] });
const index = needs('integer', 'index', { not: 0 });
const separators = needs('text', 'separators', { filled: true });
const count = takes('integer', 'count', 1);

/** What a key is for each way of looking it up. */
const MAP_KEYS: readonly (readonly [MapKind['match'], SampleType])[] = [
  ['str', 'str'],
  ['beg', 'str'],
  ['end', 'str'],
  ['sub', 'str'],
  ['dir', 'str'],
  ['dom', 'str'],
  ['reg', 'str'],
  ['regm', 'str'],
  ['int', 'int'],
  ['ip', 'ip'],
];

const MAP_TEXT = 'Looks the value up in a file of two columns; the default if it is not there.';

/** `map` and `map_METHOD`, and with `_int` or `_ip` behind it for what the second column holds. */
function mapRows(): readonly ConverterRow[] {
  const file = needs('file', 'file');
  const texts = [file, takes('text', 'default', null)];
  const rows = MAP_KEYS.flatMap(([match, from]): ConverterRow[] => {
    const name = `map_${match}`;
    const one = (gives: MapKind['gives'], args: readonly ArgumentShape[]): ConverterRow => ({
      name: gives === 'str' ? name : `${name}_${gives}`,
      args,
      from,
      to: gives,
      map: { match, gives },
      text: MAP_TEXT,
    });
    if (match === 'regm') return [one('str', texts)];
    return [
      one('str', texts),
      one('int', [file, takes('integer', 'default', null)]),
      one('ip', [file, takes('address', 'default', null)]),
    ];
  });
  const map: ConverterRow = {
    name: 'map',
    args: texts,
    from: 'str',
    to: 'str',
    map: { match: 'str', gives: 'str' },
    text: MAP_TEXT,
  };
  return [map, ...rows];
}

/** Every converter, in alphabetical order but for the maps. */
export const CONVERTERS: readonly ConverterRow[] = [
  row('add', 'int', 'int', 'Adds.', operand),
  row('and', 'int', 'int', 'Bits of both.', operand),
  row('b64dec', 'str', 'bin', 'Bytes of Base64; nothing if it is none.'),
  row('base64', 'bin', 'str', 'Base64 of the bytes.'),
  row('bool', 'int', 'bool', 'True but for 0.'),
  row(
    'bytes',
    'bin',
    'bin',
    'Bytes from an offset, all or as many as given.',
    needs('integer', 'offset'),
    takes('integer', 'length', null),
  ),
  row(
    'concat',
    'str',
    'str',
    'Adds a text, a variable and a text at the end.',
    takes('text', 'start', ''),
    takes('variable', 'variable', ''),
    takes('text', 'end', ''),
  ),
  row('cpl', 'int', 'int', 'Every bit turned round.'),
  row('crc32', 'bin', 'int', 'CRC-32 of the bytes.', avalanche),
  row('div', 'int', 'int', 'Divides, towards 0; by 0 gives the largest number.', operand),
  row('djb2', 'bin', 'int', 'The hash djb2 of the bytes.', avalanche),
  row('even', 'int', 'bool', 'True if the number is even.'),
  row(
    'field',
    'str',
    'str',
    'The field of that index between separators, from the end if negative; empty fields count.',
    index,
    separators,
    count,
  ),
  row('hex', 'bin', 'str', 'The bytes in hexadecimal digits, upper case.'),
  row('hex2i', 'str', 'int', 'The number that hexadecimal digits stand for.'),
  row('host_only', 'str', 'str', 'The name of a `Host` header, without port.'),
  row('http_date', 'int', 'str', 'A time of 1970 on as headers have it.', offset, timeUnit),
  row(
    'iif',
    'bool',
    'str',
    'The first text if true, else the second.',
    needs('text', 'true'),
    needs('text', 'false'),
  ),
  row(
    'ipmask',
    'ip',
    'ip',
    'The network of an address.',
    needs('mask4', 'mask4'),
    takes('mask6', 'mask6', null),
  ),
  row('length', 'str', 'int', 'Number of bytes.'),
  row('lower', 'str', 'str', 'In lower case.'),
  row('ltime', 'int', 'str', 'Local time as `strftime` formats it.', needs('text', 'format'), offset),
  row('ltrim', 'str', 'str', 'Without these characters at the start.', takes('text', 'characters', '')),
  row('mod', 'int', 'int', 'What remains of a division; by 0 gives 0.', operand),
  row('mul', 'int', 'int', 'Multiplies.', operand),
  row('neg', 'int', 'int', 'The other sign.'),
  row('not', 'bool', 'bool', 'False if true, and the other way round.'),
  row('odd', 'int', 'bool', 'True if the number is odd.'),
  row('or', 'int', 'int', 'Bits of either.', operand),
  row('port_only', 'str', 'int', 'The port of a `Host` header; 0: none.'),
  row(
    'regsub',
    'str',
    'str',
    'What the regex matches becomes the substitute; flags: `g` each, `i` whatever the case.',
    needs('regex', 'regex'),
    needs('text', 'substitute'),
    takes('text', 'flags', '', { choices: ['', 'g', 'i', 'gi', 'ig'] }),
  ),
  row('rtrim', 'str', 'str', 'Without these characters at the end.', takes('text', 'characters', '')),
  row('sdbm', 'bin', 'int', 'The hash sdbm of the bytes.', avalanche),
  row(
    'strcmp',
    'str',
    'int',
    'Compares with a variable: 0 if equal, below 0 if it comes before.',
    needs('variable', 'variable'),
  ),
  row('sub', 'int', 'int', 'Subtracts.', operand),
  row('upper', 'str', 'str', 'In upper case.'),
  row(
    'url_dec',
    'str',
    'str',
    'Without percent encoding; `+` is a blank behind a `?`, or everywhere if the number is not 0.',
    takes('integer', 'form', 0),
  ),
  row(
    'url_enc',
    'str',
    'str',
    'In percent encoding.',
    takes('text', 'type', 'query', { choices: ['', 'query'] }),
  ),
  row('utime', 'int', 'str', 'UTC as `strftime` formats it.', needs('text', 'format'), offset),
  row('word', 'str', 'str', 'As `field`, but separators in a row are one.', index, separators, count),
  row('wt6', 'bin', 'int', 'The hash wt6 of the bytes.', avalanche),
  row('xor', 'int', 'int', 'Bits of one alone.', operand),
  ...mapRows(),
];

export const CONVERTER_BY_NAME: ReadonlyMap<string, ConverterRow> = new Map(
  CONVERTERS.map((one) => [one.name, one] as const),
);

/**
 * True if a value of one type can be had as the other: always or, of a text, if it reads as one (HAProxy's `sample_casts`; what
 * stands here is what its 2.6 takes).
 */
export function castable(from: SampleType, to: SampleType): boolean {
  if (from === to || from === 'any' || to === 'any') return true;
  if (from === 'bin') return to === 'str';
  if (from === 'bool') return to !== 'ip';
  return from !== 'ip' || to !== 'bool';
}
