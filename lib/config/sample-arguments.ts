/**
 * Arguments of sample fetches and converters (manual 7.3): what one may be, and text -> value or a fault.
 *
 * Not here: splitting at commas (`words.ts`), which fetch takes what (`fetch-table.ts`, `converter-table.ts`).
 */
import { isIPv4, isIPv6 } from 'node:net';
import { readRegex } from './regex.ts';
import { failed, parseInteger, parsed, shown } from './units.ts';
import type { Failed, Parsed } from './units.ts';

/** Absent optional arguments stand at their default. */
export type SampleArgument = string | number;

/**
 * `operand`: a whole number (given as one) or the name of a variable; `mask4`: bits as a number, or dotted as text;
 * `mask6`: bits; `bool`: 0 or 1; `backend`, `frontend`: a name, '' for the proxy where the expression stands;
 * `server`: `server` or `backend/server`; `variable`: a scoped name, e.g. `txn.user`; `hex`: an even number of digits.
 */
export type ArgumentKind =
  | 'text'
  | 'integer'
  | 'bool'
  | 'ipv4'
  | 'ipv6'
  | 'address'
  | 'hex'
  | 'mask4'
  | 'mask6'
  | 'backend'
  | 'frontend'
  | 'server'
  | 'variable'
  | 'operand'
  | 'regex'
  | 'file';

export interface ArgumentShape {
  /** For messages and the manual. */
  readonly name: string;
  readonly kind: ArgumentKind;
  /** Present: the argument is optional, this is its value; null: the list of arguments ends before it. */
  readonly otherwise?: SampleArgument | null;
  /** Of `integer`; default: any. */
  readonly min?: number;
  /** Numbers that are none here. */
  readonly not?: number;
  /** Of `text`: the only words there are. */
  readonly choices?: readonly string[];
  /** Of `text`: may not be empty. */
  readonly filled?: boolean;
}

/** An argument that must be there. */
export function needs(
  kind: ArgumentKind,
  name: string,
  limits: Omit<ArgumentShape, 'kind' | 'name' | 'otherwise'> = {},
): ArgumentShape {
  return { name, kind, ...limits };
}

/** An argument that may be left out. */
export function takes(
  kind: ArgumentKind,
  name: string,
  otherwise: SampleArgument | null,
  limits: Omit<ArgumentShape, 'kind' | 'name' | 'otherwise'> = {},
): ArgumentShape {
  return { name, kind, otherwise, ...limits };
}

/**
 * The arguments between the parentheses as `shapes` want them. Code: `invalid-expression`; the sentence names `owner`
 * (`converter 'field'`).
 */
export function readSampleArguments(
  texts: readonly string[],
  shapes: readonly ArgumentShape[],
  owner: string,
): Parsed<readonly SampleArgument[]> {
  // `name()` has no argument, though the splitting finds an empty one.
  const given = texts.length === 1 && texts[0] === '' && !takesEmpty(shapes[0]) ? [] : texts;
  if (given.length > shapes.length) {
    const most = shapes.length === 0 ? 'no arguments' : `at most ${shapes.length} argument(s)`;
    return fault(`${owner} takes ${most}, not ${given.length}`, usage(shapes));
  }
  const values: SampleArgument[] = [];
  for (const [index, shape] of shapes.entries()) {
    const text = given[index];
    if (text === undefined) {
      if (shape.otherwise === undefined) return fault(`${owner} needs ${describe(shape)}`, usage(shapes));
      if (shape.otherwise === null) break;
      values.push(shape.otherwise);
      continue;
    }
    const value = readArgument(text, shape);
    if (!value.ok) return fault(`${owner}: ${value.problem}`, value.hint);
    values.push(value.value);
  }
  return parsed(values);
}

/** `(index,separators[,count])`, or nothing. */
export function argumentUsage(shapes: readonly ArgumentShape[]): string {
  if (shapes.length === 0) return '';
  let text = '';
  let brackets = 0;
  for (const [index, shape] of shapes.entries()) {
    const comma = index === 0 ? '' : ',';
    if (shape.otherwise !== undefined) brackets++;
    text += shape.otherwise === undefined ? comma + shape.name : `[${comma}${shape.name}`;
  }
  return `(${text}${']'.repeat(brackets)})`;
}

function usage(shapes: readonly ArgumentShape[]): string | null {
  return shapes.length === 0 ? null : `its arguments are ${argumentUsage(shapes)}`;
}

function describe({ name, kind }: ArgumentShape): string {
  return kind === 'text' || kind === name ? `an argument '${name}'` : `an argument '${name}' (${kind})`;
}

function takesEmpty(shape: ArgumentShape | undefined): boolean {
  return shape !== undefined && shape.kind === 'text' && shape.otherwise === undefined;
}

function readArgument(text: string, shape: ArgumentShape): Parsed<SampleArgument> {
  switch (shape.kind) {
    case 'text':
      return readText(text, shape);
    case 'integer':
      return readNumber(text, shape);
    case 'operand':
      return /^[+-]?[0-9]/.test(text) ? readNumber(text, shape) : readVariable(text, 'a whole number or ');
    case 'variable':
      return text === shape.otherwise ? parsed(text) : readVariable(text, '');
    case 'bool':
      return readBool(text);
    case 'ipv4':
      return isIPv4(text) ? parsed(text) : fault(`'${shown(text)}' is not an IPv4 address`);
    case 'ipv6':
      return isIPv6(text) && !text.includes('%')
        ? parsed(text)
        : fault(`'${shown(text)}' is not an IPv6 address`);
    case 'address':
      return isIPv4(text) || isIPv6(text) ? parsed(text) : fault(`'${shown(text)}' is not an IP address`);
    case 'hex':
      return readHex(text);
    case 'mask4':
      return isIPv4(text) ? parsed(text) : readBits(text, 32);
    case 'mask6':
      return readBits(text, 128);
    case 'regex':
      return readRegex(text);
    case 'backend':
    case 'frontend':
      return parsed(text);
    case 'server':
    case 'file':
      return text === '' ? fault(`the ${shape.name} is empty`) : parsed(text);
  }
}

function readText(text: string, { name, choices, filled }: ArgumentShape): Parsed<string> {
  if (choices !== undefined && !choices.includes(text)) {
    const words = choices.filter((one) => one !== '').join(', ');
    return fault(`'${shown(text)}' is no ${name}`, `the words are ${words}`);
  }
  return filled === true && text === '' ? fault(`'${name}' is empty`) : parsed(text);
}

function readNumber(
  text: string,
  { name, min = Number.MIN_SAFE_INTEGER, not }: ArgumentShape,
): Parsed<number> {
  const number = parseInteger(text, { min, max: Number.MAX_SAFE_INTEGER });
  if (!number.ok) return fault(number.problem, min === Number.MIN_SAFE_INTEGER ? null : number.hint);
  return number.value === not ? fault(`'${name}' cannot be ${number.value}`) : number;
}

const SCOPES = ['proc', 'sess', 'txn', 'req', 'res', 'check'];

/** True for `txn.user` and its like (manual 2.8 "Variables"). */
export function isVariableName(text: string): boolean {
  const dot = text.indexOf('.');
  return SCOPES.includes(text.slice(0, dot)) && /^[A-Za-z0-9_.]+$/.test(text.slice(dot + 1));
}

function readVariable(text: string, before: string): Parsed<string> {
  if (isVariableName(text)) return parsed(text);
  return fault(
    `'${shown(text)}' is not ${before}the name of a variable`,
    'a name begins with its scope (proc. sess. txn. req. res.), then letters, digits, dots and underscores',
  );
}

function readBool(text: string): Parsed<number> {
  const word = text.toLowerCase();
  if (word === 'true' || word === '1') return parsed(1);
  if (word === 'false' || word === '0') return parsed(0);
  return fault(`'${shown(text)}' is none of true, false, 1 and 0`);
}

/** Also of patterns of `-m bin`. */
export function readHex(text: string): Parsed<string> {
  const stray = /[^0-9A-Fa-f]/.exec(text)?.[0];
  if (stray !== undefined)
    return fault(`'${shown(text)}' has a character that is no hexadecimal digit: '${stray}'`);
  return text.length % 2 === 0
    ? parsed(text)
    : fault(`'${shown(text)}' has an odd number of hexadecimal digits`);
}

function readBits(text: string, max: number): Parsed<number> {
  const bits = parseInteger(text, { min: 0, max });
  return bits.ok ? bits : fault(bits.problem, `a mask is a number of bits, at most ${max}`);
}

function fault(problem: string, hint: string | null = null): Failed {
  return failed('invalid-expression', problem, hint);
}
